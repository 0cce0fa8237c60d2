"""Finds objects that the unit returns and that decide for themselves what they are equal to.

The unit may make a class whose comparisons agree with every test. No reading of the source finds all ways to make such
a class. Therefore the values are inspected when the unit returns them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from types import BuiltinFunctionType, CodeType, FrameType, FunctionType, MethodType, WrapperDescriptorType

COMPARISON_METHODS = (
    "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__bool__", "__contains__", "__getattr__",
    "__getattribute__", "__class__",
)  # fmt: skip
"""Methods and attributes by which an object can decide how a test's comparison ends."""
MAX_INSPECTIONS, MAX_ITEMS, MAX_DEPTH = 10_000, 100, 3
"""Returns that are inspected in one process, items of each container, and levels of nesting. Chosen by hand."""
PLAIN_TYPES = frozenset(map(id, (int, float, complex, str, bytes, bool, type(None))))
# Taken from `type` itself: a class of the unit cannot replace them.
_bases_of = type.__dict__["__mro__"].__get__
_namespace_of = type.__dict__["__dict__"].__get__
_subclasses_of = type.__subclasses__


class ReturnGuard:
    """Inspects what the code between the lines `first` and `last` of `unit_file` returns, yields or has in variables.

    `found_deceptive` is true once one of these objects has a type whose comparisons the unit made.
    """

    def __init__(self, unit_file: str, first: int, last: int) -> None:
        self.found_deceptive = False
        self._file, self._lines = os.path.realpath(unit_file), range(first, last + 1)
        self._codes: dict[CodeType, bool] = {}
        # By identity, and the classes themselves so that no other class gets the identity of one that is gone.
        self._accepted: dict[int, type] = {}
        self._existing: dict[int, type] = {}
        self._left = MAX_INSPECTIONS

    def start(self) -> None:
        """Inspect from now on. Classes that exist already are not made by a call of the unit."""
        waiting: list[type] = [object]
        while waiting:
            kind = waiting.pop()
            if id(kind) not in self._existing:
                self._existing[id(kind)] = kind
                waiting += _subclasses_of(kind)
        if sys.version_info >= (3, 12):
            self._monitor()
        else:
            sys.setprofile(self._profile)

    if sys.version_info >= (3, 12):

        def _monitor(self) -> None:
            monitoring = sys.monitoring
            tool = next((number for number in (4, 3, 5) if monitoring.get_tool(number) is None), None)
            if tool is None:
                return

            def returned(code: CodeType, offset: int, value: object) -> object:
                if not self._is_of_unit(code):
                    return monitoring.DISABLE
                self._inspect(value, sys._getframe(1).f_locals)
                return None

            monitoring.use_tool_id(tool, "returned")
            events = (monitoring.events.PY_RETURN, monitoring.events.PY_YIELD)
            for event in events:
                monitoring.register_callback(tool, event, returned)
            monitoring.set_events(tool, events[0] | events[1])

    def _profile(self, frame: FrameType, event: str, value: object) -> None:
        if event == "return" and self._is_of_unit(frame.f_code):
            self._inspect(value, frame.f_locals)

    def _is_of_unit(self, code: CodeType) -> bool:
        known = self._codes.get(code)
        if known is None:
            inside = code.co_firstlineno in self._lines and os.path.realpath(code.co_filename) == self._file
            known = self._codes[code] = inside
        return known

    def _inspect(self, value: object, variables: Mapping[str, object]) -> None:
        if self._left and not self.found_deceptive:
            self._left -= 1
            self._inspect_all((value, *variables.values()), MAX_DEPTH)

    def _inspect_all(self, values: Iterable[object], depth: int) -> None:
        for value in values:
            kind = type(value)
            if id(kind) in PLAIN_TYPES:
                continue
            if id(kind) not in self._accepted:
                if self._is_deceptive(kind):
                    self.found_deceptive = True
                    return
                self._accepted[id(kind)] = kind
            if depth:
                self._inspect_all(_items(value), depth - 1)

    def _is_deceptive(self, kind: type) -> bool:
        for base in _bases_of(kind):
            namespace = _namespace_of(base)
            for name in COMPARISON_METHODS:
                if name in namespace and self._is_made_by_unit(namespace[name], base):
                    return True
        return False

    def _is_made_by_unit(self, method: object, owner: type) -> bool:
        """Whether the unit defines the method, or a new class takes it from elsewhere (`__eq__ = int.__ne__`)."""
        if type(method) is FunctionType:
            return self._is_of_unit(method.__code__)
        if id(owner) in self._existing or method is None:
            return False
        if type(method) is WrapperDescriptorType:
            return method.__objclass__ is not owner
        return type(method) in (MethodType, BuiltinFunctionType, type) or type(method).__module__ == "functools"


def _items(value: object) -> list[object]:
    """Some items of a builtin container, and some attributes of another object."""
    kind = type(value)
    if kind is dict:
        return [*value.keys(), *value.values()][:MAX_ITEMS]  # type: ignore[attr-defined]
    if kind in (list, tuple):
        return list(value[:MAX_ITEMS])  # type: ignore[index]
    if kind in (set, frozenset):
        return list(value)[:MAX_ITEMS]  # type: ignore[call-overload,no-any-return]
    try:
        attributes = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return []
    return list(attributes.values())[:MAX_ITEMS] if type(attributes) is dict else []
