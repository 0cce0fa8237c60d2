"""One version of the unit as operators see it: text, names and expressions, and their run-time values."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Container, Iterator
from functools import cached_property

from reloc_lsp.program.text_edit import Edit, apply_edits
from reloc_lsp.rewrites.analysis.purity import is_pure, is_pure_text
from reloc_lsp.rewrites.ranking.observational_equivalence import Observations
from reloc_lsp.rewrites.rewrite import BranchReturns, ExpressionReplacement, Rewrite
from reloc_lsp.rewrites.source.fstrings import with_fstring_quotes
from reloc_lsp.rewrites.source.module_context import ModuleContext
from reloc_lsp.rewrites.source.unit_expressions import Slot, UnitExpressions, enclosing_fstring
from reloc_lsp.rewrites.source.unit_source import abbreviated

_OWN_SCOPE = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda)
_NO_RETURNS: BranchReturns = (None, None)


class UnitContext(UnitExpressions):
    """A unit that operators rewrite.

    `observations` are the run-time values of its expressions. `conditions` and `useful_conditions` are the caches of
    `synthesis.condition_synthesis`.
    """

    def __init__(
        self,
        source: str,
        module: ModuleContext,
        observations: Observations | None = None,
        focus: Container[int] | None = None,
    ) -> None:
        super().__init__(source, module, focus)
        self.observations = observations or Observations()
        self.conditions: dict[int, dict[str, float]] = {}
        self.useful_conditions: dict[tuple[int, bool], dict[str, float]] = {}
        self._pure: dict[int, bool] = {}

    def with_observations(self, observations: Observations) -> UnitContext:
        """The same unit with run-time values; everything else that is known of it is shared."""
        other = copy.copy(self)
        other.observations, other.useful_conditions = observations, {}
        return other

    def replace(
        self, slot: Slot, text: str, operator: str, description: str | None = None, weight: float = 1.0
    ) -> Rewrite:
        """The rewrite that puts `text` in the slot's place; without edits where an f-string does not allow it."""
        fstring = enclosing_fstring(slot)
        line = self.line(slot.node)
        if fstring is not None and with_fstring_quotes(self.src(fstring), text) is None:
            return Rewrite((), operator, "", line)
        edits = (self.edit(slot, text),)
        description = description or f"`{abbreviated(self.inline(slot.node))}` becomes `{abbreviated(text)}`"
        return Rewrite(edits, operator, description, line, weight, self.effect_of(slot, edits))

    def effect_of(self, slot: Slot, edits: tuple[Edit, ...]) -> ExpressionReplacement | None:
        """The largest pure expression around the slot, before and after the edits."""
        top = self._largest_pure(slot)
        if top is None:
            return None
        start, end = self.span(top)
        if not all(start <= edit.start <= edit.end <= end for edit in edits):
            return None
        old = self.text[start:end]
        new = apply_edits(old, [edit.shifted(-start) for edit in edits])
        if not is_pure_text(new):
            return None
        if "\n" in old or "\n" in new:
            old, new = f"({old})", f"({new})"  # brackets further out may have joined its lines
        condition = isinstance(slot.statement, ast.If | ast.While | ast.Assert) and top is slot.statement.test
        whole_value = top is getattr(slot.statement, "value", None)
        returned_at = self._return_lines.get(id(slot.statement), 0) if whole_value else 0
        branches = self.branch_returns(slot.statement) if condition else _NO_RETURNS
        return ExpressionReplacement(self.line(slot.statement), old, new, condition, returned_at, branches)

    def _largest_pure(self, slot: Slot) -> ast.expr | None:
        """The largest pure expression around the slot that a statement can evaluate; it may be the slot's own."""
        best: ast.expr | None = None
        current: Slot | None = slot
        while current is not None:
            if isinstance(getattr(current.node, "ctx", None), ast.Store | ast.Del):
                break  # an assignment target: its value before the assignment does not matter
            if current is not slot and isinstance(current.node, _OWN_SCOPE):
                best = None
            if self.is_pure(current.node):
                best = current.node
            current = current.outer
        return best

    def is_pure(self, node: ast.expr) -> bool:
        """Whether evaluating `node`, an expression of this unit, has no side effect."""
        known = self._pure.get(id(node))
        if known is None:
            known = self._pure[id(node)] = is_pure(node)
        return known

    def branch_returns(self, node: ast.stmt) -> BranchReturns:
        """The pure expressions that the branches of an `if` return at once; where it has no `else`, the next statement
        counts as one."""
        return self._branch_returns.get(id(node), _NO_RETURNS)

    @cached_property
    def _branch_returns(self) -> dict[int, BranchReturns]:
        found: dict[int, BranchReturns] = {}
        for statement in self.statements:
            node = statement.node
            if isinstance(node, ast.If):
                after = node.orelse[:1] or statement.block[statement.index + 1 : statement.index + 2]
                found[id(node)] = self._returned_by(node.body[:1]), self._returned_by(after)
        return found

    def _returned_by(self, statements: list[ast.stmt]) -> str | None:
        for node in statements:
            if isinstance(node, ast.Return) and not self.is_recursive:
                text = self.inline(node.value) if node.value is not None else "None"
                return text if node.value is None or self.is_pure(node.value) else None
        return None

    @cached_property
    def _return_lines(self) -> dict[int, int]:
        """By identity of a statement, the line of the `return` that returns its value: its own, or the next one's."""
        found = {}
        for statement in self.statements:
            if not isinstance(statement.node, ast.Return):
                continue
            line = found[id(statement.node)] = self.line(statement.node)
            before = statement.block[statement.index - 1] if statement.index else None
            match before, statement.node.value:
                case ast.Assign(targets=[ast.Name(id=name)]), ast.Name(id=returned) if name == returned:
                    found[id(before)] = line
        return found

    @cached_property
    def is_recursive(self) -> bool:
        """Whether the unit may call itself. Then values of one call do not decide what the outer call returns."""
        own = self.function.name
        called = (node.func for node in ast.walk(self.function) if isinstance(node, ast.Call))
        return any(own in (getattr(f, "id", None), getattr(f, "attr", None)) for f in called)

    @cached_property
    def notable_constants(self) -> list[tuple[str, str]]:
        """Constants of the unit and its docstring but 0, 1 and `None`, at most 24 characters long, each with the name
        of its type."""
        slots = [slot for slot in self.loads(ast.Constant) if not isinstance(slot.parent, ast.JoinedStr | ast.Expr)]
        values = {text: ast.literal_eval(text) for text in self.module.docstring_constants}
        values |= {self.inline(s.node): s.node.value for s in slots if isinstance(s.node, ast.Constant)}
        return [
            (text, type(value).__name__)
            for text, value in values.items()
            if value not in (0, 1, None) and len(text) <= 24
        ]


Operator = Callable[[UnitContext], Iterator[Rewrite]]
"""A mutation operator, or a refactoring: from a unit to its rewrites of one kind."""
