"""Records the calls of the unit that its tests make, and makes such calls."""

from __future__ import annotations

import copy
import sys
from collections.abc import Mapping
from types import CodeType, FrameType, FunctionType
from typing import Any

from ..recursion import is_recursive
from ..values.value_repr import value_repr

MAX_CALLS, MAX_CALLS_PER_TEST = 60, 12
"""Calls that are recorded in all, and of one test. Chosen by hand."""
MAX_VALUES = 300
"""A call whose arguments hold more values than this is not recorded: copying it takes too long. Chosen by hand."""
MAX_CALL_TEXT = 160
"""Characters of a call's text: a longer one is not shown to the user. Chosen by hand."""
MAX_CONSTANT_LENGTH = 20
"""Characters of a text of the code that is used as an input: a longer one is a message. Chosen by hand."""
VARARGS_FLAG, VARKEYWORDS_FLAG = 0x04, 0x08
"""Bits of `co_flags`: the code takes `*args`, it takes `**kwargs`."""

Arguments = Mapping[str, Any]
"""The value of every parameter, by name."""


class CallRecorder:
    """Keeps copies of the arguments with which tests call `code`, in the order of the calls and each only once.

    Calls that the unit makes of itself are left out.
    """

    reached = True

    def __init__(self, code: CodeType) -> None:
        self.code = code
        self.calls: list[Arguments] = []
        self._seen: set[str] = set()
        self._left = 0

    def begin(self, test: int) -> None:
        """A test begins: record its calls from now on."""
        self._left = MAX_CALLS_PER_TEST
        sys.setprofile(self._profile)

    def compared(self, operator: str, left: object, right: object) -> None:
        """Ignore what a test compares."""

    def end(self, error: BaseException | None) -> None:
        """The test ended."""
        sys.setprofile(None)

    def _profile(self, frame: FrameType, event: str, argument: object) -> None:
        if event != "call" or frame.f_code is not self.code or not self._left or len(self.calls) >= MAX_CALLS:
            return
        if is_recursive(frame):
            return
        self._left -= 1
        names = parameters(self.code)
        arguments = {name: frame.f_locals[name] for name in names if name in frame.f_locals}
        try:
            self._keep(arguments, len(names))
        except Exception:
            return  # a lock or a stream cannot be copied; nor may an error of the project's own code end its test

    def _keep(self, arguments: Arguments, parameter_count: int) -> None:
        if len(arguments) == parameter_count and count_values(list(arguments.values())) <= MAX_VALUES:
            shown = value_repr(arguments)
            if shown not in self._seen:
                self._seen.add(shown)
                self.calls.append(copy.deepcopy(arguments))


def parameters(code: CodeType) -> tuple[str, ...]:
    """The names of all parameters, in the order of `co_varnames`."""
    stars = bool(code.co_flags & VARARGS_FLAG) + bool(code.co_flags & VARKEYWORDS_FLAG)
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount + stars]


def constants_of(code: CodeType) -> list[Any]:
    """The numbers and short texts in the code of a function and of the functions inside it, each once."""
    found: dict[str, Any] = {}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found.update((value_repr(inner), inner) for inner in constants_of(constant))
        elif type(constant) in (int, float) or (
            type(constant) in (str, bytes) and len(constant) <= MAX_CONSTANT_LENGTH
        ):
            found[value_repr(constant)] = constant
    return list(found.values())


def call(function: FunctionType, arguments: Arguments) -> Any:
    """Call `function` with these values of its parameters."""
    positional, named = _bound(function.__code__, arguments)
    return function(*positional, **named)


def call_text(function: FunctionType, arguments: Arguments) -> str:
    """The call as a programmer writes it, with the object before a method; empty where it is too long to read."""
    positional, named = _bound(function.__code__, arguments)
    values = list(map(value_repr, positional))
    owner = f"{values.pop(0)}." if values and next(iter(arguments)) == "self" else ""
    shown = [*values, *(f"{name}={value_repr(value)}" for name, value in named.items())]
    text = f"{owner}{function.__name__}({', '.join(shown)})"
    return text if len(text) <= MAX_CALL_TEXT else ""


def _bound(code: CodeType, arguments: Arguments) -> tuple[list[Any], dict[str, Any]]:
    """The positional arguments of the call, and those by name."""
    names = parameters(code)
    middle = code.co_argcount + code.co_kwonlyargcount
    positional = [arguments[name] for name in names[: code.co_argcount]]
    named = {name: arguments[name] for name in names[code.co_argcount : middle]}
    stars = [arguments[name] for name in names[middle:]]
    if code.co_flags & VARARGS_FLAG:
        positional += stars.pop(0)
    if code.co_flags & VARKEYWORDS_FLAG:
        named.update(stars.pop())
    return positional, named


def count_values(value: Any, depth: int = 6) -> int:
    """Number of values in nested builtin containers, at most `depth` levels deep. Text counts one per 10 characters."""
    kind = type(value)
    if kind in (str, bytes):
        return 1 + len(value) // 10
    if not depth or kind not in (list, tuple, set, frozenset, dict):
        return 1
    if len(value) > MAX_VALUES:
        return len(value)
    inner = [*value.keys(), *value.values()] if kind is dict else value
    return 1 + sum(count_values(item, depth - 1) for item in inner)
