"""Exceptions: their class by name, their arguments, attributes and cause. The text of a traceback does not go over."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

from ..protocol.values import JsonValue
from .classes import SharedCode
from .errors import Impossible

ENDING = (KeyboardInterrupt, GeneratorExit)
"""Exceptions that end a test session or a generator: the other process may not raise them here."""


def parts(error: Any, code: SharedCode, encode: Callable[[object], JsonValue]) -> Iterator[JsonValue]:
    """The module and name of the class, the arguments, the attributes (name, value, ...), and the cause.

    A class that only one process has goes over as the nearest one that both have.
    """
    kind = next(base for base in type(error).__mro__ if code.name_of(base) is not None)
    yield from cast("tuple[JsonValue, JsonValue]", code.name_of(kind))
    yield cast(JsonValue, [_encoded(argument, encode) for argument in error.args])
    attributes = [(name, value) for name, value in vars(error).items() if not name.startswith("__")]
    yield cast(JsonValue, [part for name, value in attributes for part in (name, _encoded(value, encode))])
    yield None if error.__cause__ is None else encode(error.__cause__)  # type: ignore[misc]


def _encoded(value: object, encode: Callable[[object], JsonValue]) -> JsonValue:
    try:
        return encode(value)
    except Impossible:
        return cast(JsonValue, f"<{type(value).__name__}>")


def build(content: Sequence[Any], code: SharedCode, decode: Callable[[JsonValue], object]) -> BaseException:
    """The exception that was taken apart into `content`; raises `Impossible`."""
    module, qualname, arguments, attributes, cause = content
    kind: Any = code.find_class(module, qualname)
    if not issubclass(kind, BaseException) or issubclass(kind, ENDING):
        raise Impossible(f"{qualname} is not raised for the other process")
    base = next(base for base in kind.__mro__ if base.__module__ == builtins.__name__)
    values = [decode(argument) for argument in arguments]
    try:
        made: Any = base.__new__(kind, *values)
        base.__init__(made, *values)
    except Exception as error:
        raise Impossible(f"there is no such {qualname} ({type(error).__name__})") from None
    decoded = [decode(part) for part in attributes]
    for name, value in zip(decoded[::2], decoded[1::2]):  # noqa: B905 - Python 3.9
        if type(name) is not str or name.startswith("__"):
            raise Impossible("an exception has a strange attribute")
        made.__dict__[name] = value
    if cause is not None:
        made.__cause__ = decode(cause)
    return cast(BaseException, made)
