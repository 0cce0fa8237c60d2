"""A look into the running unit: the unit's own code with a call before every statement."""

from __future__ import annotations

import ast
import builtins
import itertools
import sys
import time
import types
from collections.abc import Hashable, Mapping
from typing import Any, Optional

from ..protocol.messages import LineReached, ProbeReport, ProbeRequest, Send
from .bounded_eval import BoundedOperators, compile_expression
from .expected_values import Answers, Key

PROBE = "__reloc_probe__"
Test = Optional[int]
"""What a test is called in records: its number, none during import."""


def instrumented(tree: ast.Module, first: int, last: int) -> ast.Module:
    """`tree` with `__reloc_probe__(line)` before every statement of functions between the two lines.

    What they return goes through `__reloc_probe__.returned`.
    """
    _Instrument(first, last).visit(tree)
    ast.fix_missing_locations(tree)
    return tree


class _Instrument(ast.NodeTransformer):
    def __init__(self, first: int, last: int) -> None:
        self.first = first
        self.last = last
        self.depth = 0

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        inside = self.first <= node.lineno <= self.last
        self.depth += inside
        self.generic_visit(node)
        self.depth -= inside
        return node

    # The names that `ast.NodeVisitor` looks for.
    visit_FunctionDef = visit_AsyncFunctionDef = _function  # noqa: N815

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if self.depth:
            for field in ("body", "orelse", "finalbody"):
                block = getattr(node, field, None)
                if isinstance(block, list) and block and not isinstance(node, ast.ClassDef):
                    setattr(node, field, self._block(block))
            if isinstance(node, ast.While):
                node.test = ast.BoolOp(ast.Or(), [_call(node.test), node.test])
            if isinstance(node, ast.Return) and node.value is not None:
                node.value = _handed_on(node.value, node.lineno)
        return node

    def _block(self, block: list[ast.stmt]) -> list[ast.stmt]:
        probed: list[ast.stmt] = []
        for position, statement in enumerate(block):
            docstring = position == 0 and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
            plain = isinstance(statement, (ast.Global, ast.Nonlocal))
            if not (docstring or plain):
                probed.append(ast.copy_location(ast.Expr(_call(statement)), statement))
            probed.append(statement)
        return probed


def _call(node: ast.expr | ast.stmt) -> ast.Call:
    name = ast.Name(PROBE, ast.Load())
    return ast.copy_location(ast.Call(name, [ast.Constant(node.lineno)], []), node)


def _handed_on(value: ast.expr, line: int) -> ast.Call:
    name = ast.Attribute(ast.Name(PROBE, ast.Load()), "returned", ast.Load())
    return ast.copy_location(ast.Call(name, [ast.Constant(line), value], []), value)


class Enough(BaseException):
    """Raised to end a test that visits the unit without end while its values are being looked at."""


class Probe:
    """Counts lines and calls per test, notes types of names and of small dicts' items, evaluates expressions at sites.

    Expressions at the request's `points` are evaluated in the first calls of a test and in the last one, at the first
    visits of a line per call (`most`, and more in the last call) and at the last visit of all, for `looking_seconds` of
    CPU. Values become small numbers, equal for equal values and types.
    """

    def __init__(
        self,
        send: Send,
        request: ProbeRequest,
        *,
        most: int = 4,
        most_in_last_call: int = 12,
        first_calls: int = 3,
        visits_allowed: int = 30000,
        looking_seconds: float = 4.0,
    ) -> None:
        self.send = send
        self.entry = request.entry
        sites = request.points
        self.test: Test = None
        self.call = 0
        self.lines: set[int] = set()
        self.types: dict[str, set[str]] = {}
        self.most = most
        self.most_in_last_call = most_in_last_call
        self.first_calls = first_calls
        self.visits_left = self.visits_allowed = visits_allowed if sites is not None else None
        self.sites: dict[int, list[types.CodeType]] = {}
        for line, texts in (sites or {}).items():
            self.sites[line] = [compile_expression(text) for text in texts]
        self.last_calls: dict[Test, int] = dict(request.last_calls.items())
        self.last_visits: dict[tuple[Test, int], int] = {
            (test, line): count for test, counts in request.last_visits.items() for line, count in counts.items()
        }
        self.visits: dict[int, list[tuple[Test, int, tuple[int, ...]]]] = {}
        self.counts: dict[int, int] = {}
        self.counts_of: dict[Test, dict[int, int]] = {}
        self.calls: dict[Test, int] = {}
        self.kept: list[Any] = []
        self.numbers: dict[int, dict[Key, tuple[int, bool | None]]] = {}
        self.worth: dict[int, dict[int, Any]] = {}
        self.answers = Answers(key)
        self.quiet = False
        self.looking_left = looking_seconds

    def install(self) -> None:
        """Make this probe the one the instrumented code calls."""
        setattr(builtins, PROBE, self)
        setattr(builtins, BoundedOperators.NAME, BoundedOperators)

    def begin(self, test: Test) -> None:
        """A test begins."""
        self.test = test
        self.call = 0
        self.answers.begin()
        self.lines.clear()
        self.counts = self.counts_of[test] = {}
        self.visits_left = self.visits_allowed

    def end(self, error: BaseException | None) -> None:
        """The test ended, with `error` where it failed."""
        if self.test is not None:
            self.answers.end(self.test, error)

    @property
    def reached(self) -> bool:
        """Whether the test that ran last came to a statement of the unit."""
        return bool(self.lines)

    def compared(self, operator: str, left: Any, right: Any) -> None:
        """A test fails because this comparison does not hold."""
        self.answers.compared(operator, left, right)

    def returned(self, line: int, value: Any) -> Any:
        """Called by the instrumented code with what it returns; hands it on."""
        if not self.quiet and self.call == self.last_calls.get(self.test):
            self.quiet = True
            try:
                self.answers.returned(line, value)
            finally:
                self.quiet = False
        return value

    def __call__(self, line: int) -> None:
        """Called by the instrumented code; returns `None`, which is false."""
        if self.quiet:
            return
        if line not in self.lines:
            self.lines.add(line)
            self.send(LineReached(line, self.test))
        frame = sys._getframe(1)
        if line == self.entry and not is_recursive(frame):
            self.call += 1
            self.calls[self.test] = self.call
            self.counts = self.counts_of[self.test] = {}
            self.answers.called()
        if self.visits_left is not None:
            self.visits_left -= 1
            if self.visits_left < 0:
                raise Enough
        count = self.counts[line] = self.counts.get(line, 0) + 1
        if self._worth_a_look(line, count):
            self._look(line, frame)

    def _worth_a_look(self, line: int, count: int) -> bool:
        if self.call == self.last_calls.get(self.test):
            return count <= self.most_in_last_call or count == self.last_visits.get((self.test, line))
        return count <= self.most and self.call <= self.first_calls

    def _look(self, line: int, frame: types.FrameType) -> None:
        names = frame.f_locals
        for name, value in names.items():
            self.types.setdefault(name, set()).add(type(value).__name__)
            if type(value) in ITEMS:
                items = itertools.islice(value, MOST_ITEMS)
                self.types.setdefault("*" + name, set()).update(type(item).__name__ for item in items)
            if type(value) is dict and len(value) <= MOST_KEYS:
                for item, inner in value.items():
                    if type(item) is str and len(item) <= LONGEST_KEY:
                        self.types.setdefault(f"{name}[{item!r}]", set()).add(type(inner).__name__)
        for name, value in getattr(names.get("self"), "__dict__", {}).items():
            self.types.setdefault("self." + name, set()).add(type(value).__name__)
        if line in self.sites and self.looking_left > 0:
            # To look into an iterator would use it up.
            lasting = {name: value for name, value in names.items() if not hasattr(type(value), "__next__")}
            self.quiet = True
            began = time.process_time()
            try:
                row = tuple(self._value(line, code, frame.f_globals, lasting) for code in self.sites[line])
            finally:
                self.quiet = False
                self.looking_left -= time.process_time() - began
            self.visits.setdefault(line, []).append((self.test, self.call, row))

    def _value(self, line: int, code: types.CodeType, globals_: dict[str, Any], locals_: Mapping[str, Any]) -> int:
        try:
            value = eval(code, globals_, dict(locals_))
            # Kept alive, so that no other object gets the identity of one described by it.
            self.kept.append(value)
            named = key(value)
            table = self.numbers.setdefault(line, {})
            if named not in table:
                self.worth.setdefault(line, {})[len(table)] = value
                table[named] = (len(table), truth(value))
            return table[named][0]
        except Exception:
            return -1

    def report(self) -> ProbeReport:
        """All that was seen."""
        return ProbeReport(
            types={name: tuple(sorted(kinds)) for name, kinds in self.types.items()},
            calls={test: calls for test, calls in self.calls.items() if test is not None},
            counts={test: counts for test, counts in self.counts_of.items() if test is not None},
            visits={line: tuple(rows) for line, rows in self.visits.items()},
            truth={line: {n: t for n, t in table.values() if t is not None} for line, table in self.numbers.items()},
            ended=self.answers.ended,
            answers=self.answers.numbers(self.worth),
        )


def is_recursive(frame: types.FrameType) -> bool:
    """Whether the frame's function was called, directly or not, by itself."""
    code, outer = frame.f_code, frame.f_back
    for _ in range(30):
        if outer is None:
            return False
        if outer.f_code is code:
            return True
        outer = outer.f_back
    return False


MOST_KEYS = 12
ITEMS = (list, tuple, set, frozenset)
MOST_ITEMS = 50
LONGEST_KEY = 20
PLAIN = (int, float, complex, str, bytes, bool, type(None), range, slice, type)
HOLDERS = (list, tuple, set, frozenset, dict)


def key(value: Any) -> Key:
    """Equal for values of one type that are equal, as far as `described` can tell."""
    return type(value).__name__, described(value)


def described(value: Any, depth: int = 3) -> Hashable:
    """Something hashable that is equal for equal plain values; other objects are told apart by identity."""
    kind = type(value)
    if kind in PLAIN:
        return repr(value)[:400]
    if kind in HOLDERS and depth and len(value) <= 50:
        if kind is dict:
            return tuple((described(k, depth - 1), described(v, depth - 1)) for k, v in value.items())
        inner = [described(item, depth - 1) for item in value]
        return tuple(sorted(map(repr, inner))) if kind in (set, frozenset) else tuple(inner)
    return id(value)


def truth(value: object) -> bool | None:
    """Truth of a plain value; `None` where finding out could run the project's code."""
    return bool(value) if type(value) in PLAIN or type(value) in HOLDERS else None
