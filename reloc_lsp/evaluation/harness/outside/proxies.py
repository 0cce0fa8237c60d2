"""Proxies: what stands in a process for an object of the other one. Each is of the kind that callers expect."""

from __future__ import annotations

import collections.abc
import functools
import types
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from typing import Any, Literal, cast, get_args

Ask = Callable[..., Any]
"""Has an operation done with the object of the other process: the operation's name, then positional arguments."""
Shape = Literal["function", "generator", "iterator", "coroutine", "async generator", "object"]
"""What an object is for its callers."""
SHAPES: tuple[Shape, ...] = get_args(Shape)

SPECIAL_METHODS = frozenset(
    [
        "__call__",
        "__iter__",
        "__next__",
        "__len__",
        "__getitem__",
        "__setitem__",
        "__delitem__",
        "__contains__",
        "__reversed__",
        "__enter__",
        "__exit__",
        "__aenter__",
        "__aexit__",
        "__aiter__",
        "__anext__",
        "__await__",
        "__bool__",
        "__str__",
        "__repr__",
        "__int__",
        "__float__",
        "__index__",
        "__fspath__",
        "__format__",
        "__hash__",
        "__eq__",
        "__ne__",
        "__lt__",
        "__le__",
        "__gt__",
        "__ge__",
        "__add__",
        "__radd__",
        "__sub__",
        "__rsub__",
        "__mul__",
        "__rmul__",
        "__truediv__",
        "__rtruediv__",
        "__floordiv__",
        "__rfloordiv__",
        "__mod__",
        "__rmod__",
        "__pow__",
        "__neg__",
        "__abs__",
        "__or__",
        "__ror__",
        "__and__",
        "__rand__",
        "__xor__",
        "__rxor__",
        "__iadd__",
        "__ior__",
        "__round__",
    ]
)
"""Special methods that an object may have for the other process."""


def shape_of(value: object) -> Shape:
    """What the object is for its callers."""
    kind = type(value)
    if kind is types.GeneratorType:
        return "generator"
    if kind is types.AsyncGeneratorType:
        return "async generator"
    if isinstance(value, collections.abc.Awaitable) and "__await__" in dir(kind):
        return "coroutine"
    if isinstance(value, (types.FunctionType, types.MethodType, types.BuiltinFunctionType, functools.partial)):
        return "function"
    return "iterator" if is_iterator_of_c(kind) else "object"


def is_iterator_of_c(kind: type) -> bool:
    """Whether it is an iterator that a builtin or `itertools` made: nothing but `next` matters of it."""
    return kind.__module__ in ("builtins", "itertools") and hasattr(kind, "__next__")


def special_methods(value: object) -> list[str]:
    """The special methods that the object's class defines, besides those that every class has."""
    kind = type(value)
    return sorted(
        name for name in SPECIAL_METHODS
        if getattr(kind, name, None) is not None and getattr(kind, name) is not getattr(object, name, None)
    )  # fmt: skip


def make_proxy(shape: Shape, methods: list[str], ask: Ask) -> object:
    """A proxy of that shape. Of an object it has the special `methods`, and every other attribute by asking."""
    if shape == "function":
        return lambda *arguments, **keywords: ask("__call__", *arguments, **keywords)
    if shape == "generator":
        return _generator(ask)
    if shape == "iterator":
        return RemoteIterator(ask)
    if shape == "coroutine":
        return _coroutine(ask)
    if shape == "async generator":
        return _async_generator(ask)
    return _object(methods, ask)


class RemoteIterator(Iterator[Any]):
    """An iterator of the other process."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def __next__(self) -> Any:
        return self._ask("__next__")


def _generator(ask: Ask) -> Generator[Any, Any, Any]:
    operation, given = "send", cast(Any, None)
    while True:
        try:
            value = ask(operation, given)
        except StopIteration as stop:
            return stop.value
        try:
            operation, given = "send", (yield value)
        except GeneratorExit:
            ask("close")
            raise
        except BaseException as error:
            operation, given = "throw", error


async def _coroutine(ask: Ask) -> Any:
    operation, given = "send", cast(Any, None)
    while True:
        try:
            awaited = ask(operation, given)
        except StopIteration as stop:
            return stop.value
        try:
            operation, given = "send", await (_pause() if awaited is None else awaited)
        except GeneratorExit:
            ask("close")
            raise
        except BaseException as error:
            operation, given = "throw", error


@types.coroutine
def _pause() -> Generator[None, None, None]:
    """Let other tasks run, as `await asyncio.sleep(0)` does."""
    yield


async def _async_generator(ask: Ask) -> AsyncGenerator[Any, None]:
    try:
        while True:
            try:
                value = await ask("__anext__")
            except StopAsyncIteration:
                return
            yield value
    finally:
        await ask("aclose")


class RemoteObject:
    """An object of the other process. Its attributes are read and set there."""

    __slots__ = ("_ask",)
    _ask: Ask

    def __init__(self, ask: Ask) -> None:
        object.__setattr__(self, "_ask", ask)

    def __getattr__(self, name: str) -> Any:
        return self._ask("get", name)

    def __setattr__(self, name: str, value: object) -> None:
        self._ask("set", name, value)


def _object(methods: list[str], ask: Ask) -> RemoteObject:
    namespace: dict[str, Any] = {"__slots__": ()}
    for name in methods:
        namespace[name] = _special(name)
    if "__eq__" in methods and "__hash__" not in methods:
        namespace["__hash__"] = None
    return cast(RemoteObject, type("RemoteObject", (RemoteObject,), namespace)(ask))


def _special(name: str) -> Callable[..., Any]:
    def method(self: RemoteObject, *arguments: object, **keywords: object) -> Any:
        return object.__getattribute__(self, "_ask")(name, *arguments, **keywords)

    method.__name__ = name
    return method


class AwaitedThere:
    """In the subject: an awaitable of the test process. What drives the coroutine there awaits it."""

    def __await__(self) -> Generator[Any, Any, Any]:
        return (yield self)


def has_name(value: object) -> bool:
    """Whether the object is code that the other process may have under the same name."""
    return isinstance(value, (type, types.FunctionType, types.BuiltinFunctionType))
