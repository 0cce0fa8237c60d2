"""Which statements of the unit, and which parts of its expressions, no test runs."""

from __future__ import annotations

import ast
import builtins
from typing import Union

from ..protocol.records import UnrunReport
from ..protocol.values import Region
from .instrument import PROBE, UnitTransformer, call_of_probe


class BranchCoverage:
    """The probe in the instrumented unit. `regions` are all that could be left out, by number; `unrun` were so far."""

    reached = True

    def __init__(self, lines: tuple[int, int]) -> None:
        self._lines = lines
        self.regions: list[Region] = []
        self.unrun: set[int] = set()

    def install(self) -> None:
        """Make this probe the one that the instrumented code calls."""
        setattr(builtins, PROBE, self)

    def transform(self, tree: ast.Module) -> ast.Module:
        """`tree` with a call of the probe before every region of the unit."""
        _Instrumenter(self._lines, self).visit(tree)
        ast.fix_missing_locations(tree)
        return tree

    def add(self, node: Union[ast.expr, ast.stmt]) -> int:
        """The number of a region that begins and ends with `node`."""
        end = (node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
        self.regions.append(Region(node.lineno, node.col_offset, *end))
        self.unrun.add(len(self.regions) - 1)
        return len(self.regions) - 1

    def __call__(self, number: int) -> None:
        """The instrumented code reaches a region. Returns `None`: an expression `E` is `probe(number) or E`."""
        self.unrun.discard(number)

    def begin(self, test: int) -> None:
        """Ignore which test begins."""

    def compared(self, operator: str, left: object, right: object) -> None:
        """Ignore what a test compares."""

    def end(self, error: BaseException | None) -> None:
        """Ignore how the test ended."""

    def report(self) -> UnrunReport:
        """The regions that were not run."""
        return UnrunReport(tuple(self.regions[number] for number in sorted(self.unrun)))


class _Instrumenter(UnitTransformer):
    def __init__(self, lines: tuple[int, int], coverage: BranchCoverage) -> None:
        super().__init__(*lines)
        self._coverage = coverage

    def probe_call(self, node: Union[ast.expr, ast.stmt]) -> ast.Call:
        """The call with the number of a new region."""
        return call_of_probe(node, self._coverage.add(node))

    def change(self, node: ast.AST) -> None:
        """Probe the parts of an expression that Python may leave out."""
        if isinstance(node, ast.IfExp):
            node.body, node.orelse = self._probed(node.body), self._probed(node.orelse)
        elif isinstance(node, ast.BoolOp):
            node.values[1:] = [self._probed(value) for value in node.values[1:]]
        elif isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
            node.elt = self._probed(node.elt)
        elif isinstance(node, ast.DictComp):
            node.value = self._probed(node.value)
        elif isinstance(node, ast.Lambda):
            node.body = self._probed(node.body)
        elif node.__class__.__name__ == "match_case" and node.guard is not None:  # type: ignore[attr-defined]
            node.guard = self._probed(node.guard)  # type: ignore[attr-defined]

    def _probed(self, node: ast.expr) -> ast.expr:
        return ast.copy_location(ast.BoolOp(ast.Or(), [self.probe_call(node), node]), node)
