"""What the unit gives back must not decide for itself what it is equal to.

A class made on the way, whose comparisons the unit wrote, can agree with every test. No reading of the code shows all
ways to make one, so the values are looked at as the unit returns them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from types import BuiltinFunctionType, CodeType, FrameType, FunctionType, MethodType, WrapperDescriptorType
from typing import Any

COMPARING = (
    "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__bool__", "__contains__", "__getattr__",
    "__getattribute__", "__class__",
)  # fmt: skip
MOST_LOOKS, MOST_ITEMS, DEEPEST = 10_000, 100, 3
PLAIN = frozenset(map(id, (int, float, complex, str, bytes, bool, type(None))))
_WAYS = type.__dict__["__mro__"].__get__
_NAMESPACE = type.__dict__["__dict__"].__get__
_SUBCLASSES = type.__subclasses__


class Returned:
    """Watches the code at the lines `first` to `last` of `unit_file` from `start` on.

    `deceives` tells whether it returned, yielded or left in its variables an object that deceives. Only the first ten
    thousand returns are looked at.
    """

    def __init__(self, unit_file: str, first: int, last: int) -> None:
        self.deceives = False
        self._file, self._lines = os.path.realpath(unit_file), range(first, last + 1)
        self._codes: dict[CodeType, bool] = {}
        self._fine: dict[int, type] = {}
        self._old: dict[int, type] = {}
        self._left = MOST_LOOKS

    def start(self) -> None:
        """Watch from now on; classes that there are by now were not made by the unit."""
        waiting: list[type] = [object]
        while waiting:
            kind = waiting.pop()
            if id(kind) not in self._old:
                self._old[id(kind)] = kind
                waiting += _SUBCLASSES(kind)
        if sys.version_info >= (3, 12):
            self._monitor()
        else:
            sys.setprofile(self._profiled)

    if sys.version_info >= (3, 12):

        def _monitor(self) -> None:
            monitoring = sys.monitoring
            tool = next((number for number in (4, 3, 5) if monitoring.get_tool(number) is None), None)
            if tool is None:
                return

            def returned(code: CodeType, offset: int, value: object) -> object:
                if not self._is_units(code):
                    return monitoring.DISABLE
                self._look(value, sys._getframe(1).f_locals)
                return None

            monitoring.use_tool_id(tool, "returned")
            events = (monitoring.events.PY_RETURN, monitoring.events.PY_YIELD)
            for event in events:
                monitoring.register_callback(tool, event, returned)
            monitoring.set_events(tool, events[0] | events[1])

    def _profiled(self, frame: FrameType, event: str, value: Any) -> None:
        if event == "return" and self._is_units(frame.f_code):
            self._look(value, frame.f_locals)

    def _is_units(self, code: CodeType) -> bool:
        known = self._codes.get(code)
        if known is None:
            there = code.co_firstlineno in self._lines and os.path.realpath(code.co_filename) == self._file
            known = self._codes[code] = there
        return known

    def _look(self, value: object, variables: Mapping[str, object]) -> None:
        if self._left and not self.deceives:
            self._left -= 1
            self._look_into((value, *variables.values()), DEEPEST)

    def _look_into(self, values: Iterable[object], depth: int) -> None:
        for value in values:
            kind = type(value)
            if id(kind) in PLAIN:
                continue
            if id(kind) not in self._fine:
                if self._deceiving(kind):
                    self.deceives = True
                    return
                self._fine[id(kind)] = kind
            if depth:
                self._look_into(_items(value), depth - 1)

    def _deceiving(self, kind: type) -> bool:
        for way in _WAYS(kind):
            namespace = _NAMESPACE(way)
            for name in COMPARING:
                if name in namespace and self._borrowed_or_written(namespace[name], way):
                    return True
        return False

    def _borrowed_or_written(self, method: object, owner: type) -> bool:
        """Whether the unit wrote the method, or it stands in a new class though it is made for something else."""
        if type(method) is FunctionType:
            return self._is_units(method.__code__)
        if id(owner) in self._old or method is None:
            return False
        if type(method) is WrapperDescriptorType:
            return method.__objclass__ is not owner
        return type(method) in (MethodType, BuiltinFunctionType, type) or type(method).__module__ == "functools"


def _items(value: object) -> list[object]:
    """Some of what a plain container holds, and of the variables of an object."""
    kind = type(value)
    if kind is dict:
        return [*value.keys(), *value.values()][:MOST_ITEMS]  # type: ignore[attr-defined]
    if kind in (list, tuple):
        return list(value[:MOST_ITEMS])  # type: ignore[index]
    if kind in (set, frozenset):
        return list(value)[:MOST_ITEMS]  # type: ignore[call-overload,no-any-return]
    try:
        variables = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return []
    return list(variables.values())[:MOST_ITEMS] if type(variables) is dict else []
