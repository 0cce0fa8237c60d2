"""The values that failing tests expect of the unit: the other side of the comparison in which its result is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Optional

from .value_key import CONTAINERS, Key, value_key

COMPARABLE = (int, float, complex, str, bytes, bool, type(None), *CONTAINERS)
"""Types of values that can be expected: comparing them runs no code of the project, unless they hold its objects."""


class ExpectedValues:
    """Follows what the unit returns and what the tests compare.

    A test that fails at `result == other`, where `result` is what the unit returned last, expects `other`. A test that
    fails at a bare `assert result` expects the opposite truth value. `last_lines` maps each such test to the line of
    the unit's last return.
    """

    def __init__(self) -> None:
        self.last_lines: dict[int, int] = {}
        self._line = 0
        self._key: Optional[Key] = None
        self._value: Any = None
        self._sides: Optional[tuple[object, object]] = None
        self._expected: dict[int, Any] = {}

    def called(self) -> None:
        """The unit is called again: what it returned before is not what the test fails with."""
        self._key = None

    def returned(self, line: int, value: Any) -> None:
        """The unit, or a function inside it, returns `value` at `line`. The last return is the unit's own."""
        self._line, self._key, self._value = line, value_key(value), value

    def compared(self, operator: str, left: object, right: object) -> None:
        """A test fails because this comparison does not hold."""
        if operator in ("==", "is"):
            self._sides = left, right

    def begin(self) -> None:
        """A test begins."""
        self._key = self._sides = None

    def end(self, test: int, error: Optional[BaseException]) -> None:
        """The test ended, with `error` where it failed."""
        if self._key is None or not isinstance(error, AssertionError):
            return
        sides = self._sides or _sides_of_assert_equal(error.__traceback__)
        if sides is None and type(self._value) is bool:
            self.last_lines[test], self._expected[test] = self._line, not self._value
        for result, other in (sides, sides[::-1]) if sides is not None else ():
            if result is self._value and value_key(result) == self._key and type(other) in COMPARABLE:
                self.last_lines[test], self._expected[test] = self._line, other
                return

    def numbers(self, values: Mapping[int, Mapping[int, Any]]) -> dict[int, dict[int, tuple[int, ...]]]:
        """For each line and test, the numbers of the `values` (by line and number) that equal what the test expects."""
        return {
            line: {
                test: tuple(number for number, value in table.items() if _equal(value, expected))
                for test, expected in self._expected.items()
            }
            for line, table in values.items()
        }


def _equal(value: Any, expected: Any) -> bool:
    try:
        return type(value) in COMPARABLE and bool(value == expected)
    except Exception:
        return False


def _sides_of_assert_equal(trace: Optional[TracebackType]) -> Optional[tuple[object, object]]:
    """The two values that unittest's `assertEqual`, or an assertion that calls it, compares."""
    while trace is not None:
        frame = trace.tb_frame
        if frame.f_code.co_name == "assertEqual" and {"first", "second"} <= frame.f_locals.keys():
            return frame.f_locals["first"], frame.f_locals["second"]
        trace = trace.tb_next
    return None
