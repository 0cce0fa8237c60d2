"""Calls of the unit that its tests make: heard, kept and made again."""

from __future__ import annotations

import copy
import sys
from collections.abc import Mapping
from types import CodeType, FrameType, FunctionType
from typing import Any

from .instrument import inside_itself
from .value_repr import portrait

MOST_CALLS, MOST_OF_A_TEST = 60, 12
MOST_VALUES = 300
"""A call that is given more than so many values is left alone."""
LONGEST_WRITTEN = 160
ARGUMENTS, KEYWORDS = 0x04, 0x08

Arguments = Mapping[str, Any]


class Recorder:
    """Listens to tests and keeps copies of what they call `code` with, in the order of the calls."""

    reached = True

    def __init__(self, code: CodeType) -> None:
        self.code = code
        self.calls: list[Arguments] = []
        self._seen: set[str] = set()
        self._left = 0

    def begin(self, test: int) -> None:
        """A test begins: from now on its calls are kept."""
        self._left = MOST_OF_A_TEST
        sys.setprofile(self._called)

    def compared(self, operator: str, left: Any, right: Any) -> None:
        """What a test compares does not matter here."""

    def end(self, error: BaseException | None) -> None:
        """The test ended."""
        sys.setprofile(None)

    def _called(self, frame: FrameType, event: str, argument: Any) -> None:
        if event != "call" or frame.f_code is not self.code or not self._left or len(self.calls) >= MOST_CALLS:
            return
        if inside_itself(frame):
            return
        self._left -= 1
        names = parameters(self.code)
        given = {name: frame.f_locals[name] for name in names if name in frame.f_locals}
        try:
            self._keep(given, len(names))
        except Exception:
            return  # a lock, a stream: not to be had twice; nor may the project's own code fail here, amid a test

    def _keep(self, given: Arguments, parameters: int) -> None:
        if len(given) == parameters and size(list(given.values())) <= MOST_VALUES:
            shown = portrait(given)
            if shown not in self._seen:
                self._seen.add(shown)
                self.calls.append(copy.deepcopy(given))


def parameters(code: CodeType) -> tuple[str, ...]:
    """The names of all parameters, in the order of `co_varnames`."""
    stars = bool(code.co_flags & ARGUMENTS) + bool(code.co_flags & KEYWORDS)
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount + stars]


def call(function: FunctionType, given: Arguments) -> Any:
    """Call `function` with the values of its parameters."""
    positional, named = _in_order(function.__code__, given)
    return function(*positional, **named)


def written(function: FunctionType, given: Arguments) -> str:
    """The call as one writes it, a method's with its object before it; empty where that is too long to read."""
    positional, named = _in_order(function.__code__, given)
    values = list(map(portrait, positional))
    owner = f"{values.pop(0)}." if values and next(iter(given)) == "self" else ""
    arguments = [*values, *(f"{name}={portrait(value)}" for name, value in named.items())]
    text = f"{owner}{function.__name__}({', '.join(arguments)})"
    return text if len(text) <= LONGEST_WRITTEN else ""


def _in_order(code: CodeType, given: Arguments) -> tuple[list[Any], dict[str, Any]]:
    """The values to give by position, and those to give by name."""
    names = parameters(code)
    middle = code.co_argcount + code.co_kwonlyargcount
    positional = [given[name] for name in names[: code.co_argcount]]
    named = {name: given[name] for name in names[code.co_argcount : middle]}
    stars = [given[name] for name in names[middle:]]
    if code.co_flags & ARGUMENTS:
        positional += stars.pop(0)
    if code.co_flags & KEYWORDS:
        named.update(stars.pop())
    return positional, named


def size(value: Any, depth: int = 6) -> int:
    """How many values a plain value is made of, text counted by tens of letters."""
    kind = type(value)
    if kind in (str, bytes):
        return 1 + len(value) // 10
    if not depth or kind not in (list, tuple, set, frozenset, dict):
        return 1
    if len(value) > MOST_VALUES:
        return len(value)
    inner = [*value.keys(), *value.values()] if kind is dict else value
    return 1 + sum(size(item, depth - 1) for item in inner)
