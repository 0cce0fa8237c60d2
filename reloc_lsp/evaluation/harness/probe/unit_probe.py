"""The probe in the running unit: which lines and calls each test reaches, and the values of expressions there."""

from __future__ import annotations

import builtins
import sys
import time
from collections.abc import Mapping
from types import CodeType, FrameType
from typing import Any, Optional

from ..protocol.records import LineReached, ProbeReport, Send
from ..protocol.values import ProbeRequest
from .bounded_eval import BoundedOperators, compile_expression
from .instrument import PROBE
from .recursion import is_recursive
from .values.expected_values import ExpectedValues
from .values.type_observer import TypeObserver
from .values.value_numbers import NO_VALUE, ValueNumbers

Test = Optional[int]
"""The number of the test that runs; none during import."""

MAX_VISITS, MAX_VISITS_IN_LAST_CALL = 4, 12
"""Visits of one line that are recorded in one call of the unit. Chosen by hand, as are the limits below."""
FIRST_CALLS = 3
"""Calls of each test that are recorded, besides its last."""
MAX_STATEMENTS = 30_000
"""Statements of the unit that a test may run while expressions are evaluated: then it is ended."""
EVALUATION_SECONDS = 4.0
"""CPU time for evaluating expressions, in all tests together."""


class TooManyStatements(BaseException):
    """Ends a test that runs the unit for too long while expressions are evaluated."""


class UnitProbe:
    """Reports lines, counts calls, observes types, and evaluates the expressions at the request's `points`.

    It records the first visits of a line in the first calls of each test and in the last call, and the last visit of
    all. `last_calls` and `last_visits` of the request tell which these are. See `ProbeReport` for what is reported.
    """

    def __init__(self, send: Send, request: ProbeRequest) -> None:
        self.send = send
        self.entry = request.entry
        self.expressions: dict[int, list[CodeType]] = {
            line: [compile_expression(text) for text in texts] for line, texts in (request.points or {}).items()
        }
        self.last_calls: Mapping[Test, int] = dict(request.last_calls.items())
        self.last_visits: Mapping[tuple[Test, int], int] = {
            (test, line): count for test, counts in request.last_visits.items() for line, count in counts.items()
        }
        self.statements_allowed = MAX_STATEMENTS if request.points is not None else None
        self.statements_left = self.statements_allowed
        self.seconds_left = EVALUATION_SECONDS
        self.paused = False
        self.test: Test = None
        self.call = 0
        self.lines: set[int] = set()
        self.line_counts: dict[int, int] = {}
        self.line_counts_of: dict[Test, dict[int, int]] = {}
        self.calls: dict[Test, int] = {}
        self.visits: dict[int, list[tuple[Test, int, tuple[int, ...]]]] = {}
        self.types = TypeObserver()
        self.numbers = ValueNumbers()
        self.expected = ExpectedValues()

    def install(self) -> None:
        """Make this probe the one that the instrumented code calls."""
        setattr(builtins, PROBE, self)
        setattr(builtins, BoundedOperators.NAME, BoundedOperators)

    def begin(self, test: Test) -> None:
        """A test begins."""
        self.test = test
        self.call = 0
        self.expected.begin()
        self.lines.clear()
        self.line_counts = self.line_counts_of[test] = {}
        self.statements_left = self.statements_allowed

    def end(self, error: BaseException | None) -> None:
        """The test ended, with `error` where it failed."""
        if self.test is not None:
            self.expected.end(self.test, error)

    @property
    def reached(self) -> bool:
        """Whether the last test reached a statement of the unit."""
        return bool(self.lines)

    def compared(self, operator: str, left: object, right: object) -> None:
        """A test fails because this comparison does not hold."""
        self.expected.compared(operator, left, right)

    def returned(self, line: int, value: Any) -> Any:
        """The instrumented code returns `value`. Returns it unchanged."""
        if not self.paused and self.call == self.last_calls.get(self.test):
            self.paused = True
            try:
                self.expected.returned(line, value)
            finally:
                self.paused = False
        return value

    def __call__(self, line: int) -> None:
        """The instrumented code reaches `line`. Returns `None`, because a loop tests `probe(line) or condition`."""
        if self.paused:
            return
        if line not in self.lines:
            self.lines.add(line)
            self.send(LineReached(line, self.test))
        frame = sys._getframe(1)
        if line == self.entry and not is_recursive(frame):
            self.call += 1
            self.calls[self.test] = self.call
            self.line_counts = self.line_counts_of[self.test] = {}
            self.expected.called()
        if self.statements_left is not None:
            self.statements_left -= 1
            if self.statements_left < 0:
                raise TooManyStatements
        count = self.line_counts[line] = self.line_counts.get(line, 0) + 1
        if self._is_recorded(line, count):
            self._record(line, frame)

    def _is_recorded(self, line: int, count: int) -> bool:
        if self.call == self.last_calls.get(self.test):
            return count <= MAX_VISITS_IN_LAST_CALL or count == self.last_visits.get((self.test, line))
        return count <= MAX_VISITS and self.call <= FIRST_CALLS

    def _record(self, line: int, frame: FrameType) -> None:
        variables = frame.f_locals
        self.types.observe(variables)
        if line in self.expressions and self.seconds_left > 0:
            # Evaluating an expression would use up an iterator.
            usable = {name: value for name, value in variables.items() if not hasattr(type(value), "__next__")}
            self.paused = True
            began = time.process_time()
            try:
                row = tuple(self._evaluate(line, code, frame.f_globals, usable) for code in self.expressions[line])
            finally:
                self.paused = False
                self.seconds_left -= time.process_time() - began
            self.visits.setdefault(line, []).append((self.test, self.call, row))

    def _evaluate(self, line: int, code: CodeType, globals_: dict[str, Any], variables: Mapping[str, Any]) -> int:
        try:
            return self.numbers.number(line, eval(code, globals_, dict(variables)))
        except Exception:
            return NO_VALUE

    def report(self) -> ProbeReport:
        """Everything that was recorded."""
        return ProbeReport(
            types={name: tuple(sorted(types)) for name, types in self.types.types.items()},
            calls={test: calls for test, calls in self.calls.items() if test is not None},
            counts={test: counts for test, counts in self.line_counts_of.items() if test is not None},
            visits={line: tuple(rows) for line, rows in self.visits.items()},
            truth=self.numbers.truths(),
            ended=self.expected.last_lines,
            answers=self.expected.numbers(self.numbers.values),
        )
