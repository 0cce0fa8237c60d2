"""What failing tests wanted of the unit: the other side of the comparison that its answer lost."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from types import TracebackType
from typing import Any, Optional

Key = tuple[str, Hashable]
"""A value's type and description: equal for equal plain values."""
PLAIN = (int, float, complex, str, bytes, bool, type(None), list, tuple, set, frozenset, dict)


class Answers:
    """Follows the unit's returns and the tests' comparisons.

    A test that fails at `answer == other`, with `answer` what the unit returned last, wanted `other`; one that fails
    at a bare `assert answer` wanted the other truth. `ended` maps each such test to the line of its last return.
    """

    def __init__(self, key: Callable[[Any], Key]) -> None:
        self._key = key
        self._line = 0
        self._answer: Optional[Key] = None
        self._value: Any = None
        self._sides: Optional[tuple[Any, Any]] = None
        self.ended: dict[int, int] = {}
        self._wanted: dict[int, Any] = {}

    def called(self) -> None:
        """The unit is called: what it returned before was not what the test ended with."""
        self._answer = None

    def returned(self, line: int, value: Any) -> None:
        """The unit returns `value` at `line` (or a function inside it does: the last return is the unit's)."""
        self._line, self._answer, self._value = line, self._key(value), value

    def compared(self, operator: str, left: Any, right: Any) -> None:
        """A test fails because this comparison does not hold."""
        if operator in ("==", "is"):
            self._sides = left, right

    def begin(self) -> None:
        """A test begins."""
        self._answer = self._sides = None

    def end(self, test: int, error: Optional[BaseException]) -> None:
        """The test ended, with `error` where it failed."""
        if self._answer is None or not isinstance(error, AssertionError):
            return
        sides = self._sides or _compared_by_unittest(error.__traceback__)
        if sides is None and type(self._value) is bool:
            self.ended[test], self._wanted[test] = self._line, not self._value
        for answer, other in (sides, sides[::-1]) if sides is not None else ():
            if answer is self._value and self._key(answer) == self._answer and type(other) in PLAIN:
                self.ended[test], self._wanted[test] = self._line, other
                return

    def numbers(self, values: Mapping[int, Mapping[int, Any]]) -> dict[int, dict[int, tuple[int, ...]]]:
        """Per line of `values` and test, the numbers of the values that the test expected."""
        return {
            line: {
                test: tuple(number for number, value in table.items() if _equal(value, wanted))
                for test, wanted in self._wanted.items()
            }
            for line, table in values.items()
        }


def _equal(value: Any, wanted: Any) -> bool:
    try:
        return type(value) in PLAIN and bool(value == wanted)
    except Exception:
        return False


def _compared_by_unittest(trace: Optional[TracebackType]) -> Optional[tuple[Any, Any]]:
    """The two sides of unittest's `assertEqual` and its kin."""
    while trace is not None:
        frame = trace.tb_frame
        if frame.f_code.co_name == "assertEqual" and {"first", "second"} <= frame.f_locals.keys():
            return frame.f_locals["first"], frame.f_locals["second"]
        trace = trace.tb_next
    return None
