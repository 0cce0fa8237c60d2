"""One version of the unit, taken apart: its expressions with their places, and the rewrites that replace them."""

from __future__ import annotations

import ast
import copy
from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import cached_property

from reloc_lsp.program.text_edit import Edit, apply_edits
from reloc_lsp.rewrites.analysis.purity import pure, pure_text
from reloc_lsp.rewrites.ranking.observational_equivalence import Observations
from reloc_lsp.rewrites.rewrite import Branches, ExpressionReplacement, Rewrite
from reloc_lsp.rewrites.source.bindings import UnitNames
from reloc_lsp.rewrites.source.formatting import with_layout_of
from reloc_lsp.rewrites.source.fstrings import locate_expressions, with_fstring_quotes
from reloc_lsp.rewrites.source.module_context import ModuleContext
from reloc_lsp.rewrites.source.precedence import level_of_text, needed, parenthesized
from reloc_lsp.rewrites.source.unit_source import abbreviated

_HOLDERS = (ast.comprehension, ast.keyword, ast.withitem, ast.arguments, ast.ExceptHandler, ast.match_case)
_OWN_SCOPE = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda)


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """An expression and its place: `field` (and `index` in it, or -1) of `parent`, in `statement`.

    `outer` is the slot of the nearest expression around it.
    """

    node: ast.expr
    parent: ast.AST
    field: str
    index: int
    statement: ast.stmt
    outer: Slot | None = None


class UnitContext(UnitNames):
    """A unit's text with its names and expressions, and what a look at run-time values told.

    `conditions` and `useful` are the memory of `rewrites.atoms`.
    """

    def __init__(
        self,
        source: str,
        module: ModuleContext,
        outlook: Observations | None = None,
        focus: Container[int] | None = None,
    ) -> None:
        super().__init__(source, module, focus)
        self.outlook = outlook or Observations()
        self.conditions: dict[int, dict[str, float]] = {}
        self.useful: dict[tuple[int, bool], dict[str, float]] = {}
        self._pure: dict[int, bool] = {}
        self._loads: dict[tuple[type[ast.expr], ...], list[Slot]] = {}
        self._open_texts = {id(node) for node in ast.walk(self.function) if self._opened(node)}

    def _opened(self, node: ast.AST) -> bool:
        """Whether it is an f-string whose expressions have places."""
        if not isinstance(node, ast.JoinedStr):
            return False
        start, end = self.span(node)
        return locate_expressions(node, self.text[start:end], start, self.index, self._shift)

    def with_observations(self, outlook: Observations) -> UnitContext:
        """The same unit after a look at its values; everything known of it is shared."""
        other = copy.copy(self)
        other.outlook, other.useful = outlook, {}
        return other

    @cached_property
    def slots(self) -> list[Slot]:
        """Every expression of the body in source order; of f-strings those whose places are known."""
        return [slot for statement in self.statements for slot in self._slots_in(statement.node)]

    def _slots_in(self, statement: ast.stmt) -> Iterator[Slot]:
        stack: list[tuple[ast.AST, Slot | None]] = [(statement, None)]
        while stack:
            parent, outer = stack.pop()
            inner: list[tuple[ast.AST, Slot | None]] = []
            for field, value in ast.iter_fields(parent):
                if isinstance(parent, ast.FormattedValue) and field != "value":
                    continue
                for index, node in enumerate(value) if isinstance(value, list) else ((-1, value),):
                    if isinstance(node, ast.expr):
                        slot = Slot(node, parent, field, index, statement, outer)
                        yield slot
                        if not isinstance(node, ast.JoinedStr):
                            inner.append((node, slot))
                        elif id(node) in self._open_texts:
                            inner += [(part, slot) for part in node.values if isinstance(part, ast.FormattedValue)]
                    elif isinstance(node, _HOLDERS):
                        inner.append((node, outer))
            stack.extend(reversed(inner))

    def loads(self, *kinds: type[ast.expr]) -> list[Slot]:
        """Slots of the given kinds whose value is read, on lines in focus; type annotations and f-string parts not."""
        if kinds not in self._loads:
            self._loads[kinds] = list(self._find_loads(kinds))
        return self._loads[kinds]

    def _find_loads(self, kinds: tuple[type[ast.expr], ...]) -> Iterator[Slot]:
        for slot in self.slots:
            if not self.in_focus(slot.statement):
                continue
            context = getattr(slot.node, "ctx", None)
            read = (context is None or isinstance(context, ast.Load)) and not _of_slices(slot.node)
            if read and isinstance(slot.node, kinds) and slot.field not in ("annotation", "returns"):
                yield slot

    def edit(self, slot: Slot, text: str) -> Edit:
        """Put `text` in the slot's place, with parentheses where it needs them and without where it does not."""
        start, end = self.span(slot.node)
        around = self._text_around(slot)
        if around is not None:
            text = with_fstring_quotes(self.src(around), text) or text
        if self._shares_parentheses(slot):
            return Edit(start, end, f"({parenthesized(text, slot.parent, slot.field)})")
        text = with_layout_of(self.text[start:end], text)
        if not self._grouped(slot, start, end):
            text = parenthesized(text, slot.parent, slot.field, slot.index)
        elif level_of_text(text) >= needed(slot.parent, slot.field, slot.index) and "\n" not in text:
            start, end = self.text.rindex("(", 0, start), self.text.index(")", end) + 1
        before = " " if _word(self.text[:start][-1:]) and _word(text[:1]) else ""
        if around is not None and text.startswith("{") and self.text[:start].endswith("{"):
            before = " "  # two braces would be the text of one
        after = " " if _word(self.text[end : end + 1]) and _word(text[-1:]) else ""
        return Edit(start, end, before + text + after)

    @staticmethod
    def _text_around(slot: Slot) -> ast.JoinedStr | None:
        """The f-string in which the expression stands."""
        outer = slot.outer
        while outer is not None:
            if isinstance(outer.node, ast.JoinedStr):
                return outer.node
            outer = outer.outer
        return None

    def _shares_parentheses(self, slot: Slot) -> bool:
        """Whether a generator expression is a call's only argument: then the call's parentheses are its own."""
        alone = isinstance(slot.parent, ast.Call) and len(slot.parent.args) == 1 and not slot.parent.keywords
        return alone and slot.field == "args" and self._ends_with(slot.parent, slot.node)

    def _ends_with(self, outer: ast.AST, inner: ast.expr) -> bool:
        return isinstance(inner, ast.GeneratorExp) and self.span(outer)[1] == self.span(inner)[1]

    def _grouped(self, slot: Slot, start: int, end: int) -> bool:
        """Whether the expression stands in parentheses of its own."""
        if (
            isinstance(slot.parent, ast.Call | ast.Tuple | ast.GeneratorExp | ast.ClassDef | ast.keyword)
            and slot.field != "func"
        ):
            return False
        before, after = self.text[:start].rstrip(), self.text[end:].lstrip()
        return before.endswith("(") and after.startswith(")") and not isinstance(slot.node, ast.GeneratorExp)

    def replace(
        self, slot: Slot, text: str, operator: str, description: str | None = None, weight: float = 1.0
    ) -> Rewrite:
        """The rewrite that puts `text` in the slot's place."""
        around = self._text_around(slot)
        if around is not None and with_fstring_quotes(self.src(around), text) is None:
            return Rewrite((), operator, "", self.line(slot.node))
        edit = self.edit(slot, text)
        said = description or f"`{abbreviated(self.inline(slot.node))}` becomes `{abbreviated(text)}`"
        return Rewrite((edit,), operator, said, self.line(slot.node), weight, self.effect_of(slot, (edit,)))

    def effect_of(self, slot: Slot, edits: tuple[Edit, ...]) -> ExpressionReplacement | None:
        """The largest pure expression around the slot, before and after the edits."""
        top = self._top(slot)
        if top is None:
            return None
        start, end = self.span(top)
        if not all(start <= edit.start <= edit.end <= end for edit in edits):
            return None
        old = self.text[start:end]
        new = apply_edits(old, [edit.shifted(-start) for edit in edits])
        if not pure_text(new):
            return None
        if "\n" in old or "\n" in new:
            old, new = f"({old})", f"({new})"  # its lines may have held together by brackets further out
        condition = isinstance(slot.statement, ast.If | ast.While | ast.Assert) and top is slot.statement.test
        handed_on = top is getattr(slot.statement, "value", None)
        returned = self._returning.get(id(slot.statement), 0) if handed_on else 0
        branches = self.branches(slot.statement) if condition else (None, None)
        return ExpressionReplacement(self.line(slot.statement), old, new, condition, returned, branches)

    def branches(self, node: ast.stmt) -> Branches:
        """What an `if` returns at once, or what is returned right after it, without effects."""
        return self._branching.get(id(node), (None, None))

    @cached_property
    def _branching(self) -> dict[int, Branches]:
        found: dict[int, Branches] = {}
        for place in self.statements:
            if isinstance(place.node, ast.If):
                after = place.node.orelse[:1] or place.block[place.index + 1 : place.index + 2]
                found[id(place.node)] = self._returned_by(place.node.body[:1]), self._returned_by(after)
        return found

    def _returned_by(self, statements: list[ast.stmt]) -> str | None:
        for node in statements:
            if isinstance(node, ast.Return) and not self.recursive:
                text = self.inline(node.value) if node.value is not None else "None"
                return text if node.value is None or self.pure(node.value) else None
        return None

    @cached_property
    def _returning(self) -> dict[int, int]:
        """Lines of returns, by identity of the statement whose value they hand on: themselves or one before."""
        found = {}
        for place in self.statements:
            if not isinstance(place.node, ast.Return):
                continue
            line = found[id(place.node)] = self.line(place.node)
            before = place.block[place.index - 1] if place.index else None
            match before, place.node.value:
                case ast.Assign(targets=[ast.Name(id=name)]), ast.Name(id=returned) if name == returned:
                    found[id(before)] = line
        return found

    @cached_property
    def recursive(self) -> bool:
        """Whether the unit may call itself: then one call's values are not the whole story."""
        own = self.function.name
        called = (node.func for node in ast.walk(self.function) if isinstance(node, ast.Call))
        return any(own in (getattr(f, "id", None), getattr(f, "attr", None)) for f in called)

    def pure(self, node: ast.expr) -> bool:
        """Whether evaluating `node`, an expression of this unit, has no effect."""
        known = self._pure.get(id(node))
        if known is None:
            known = self._pure[id(node)] = pure(node)
        return known

    def _top(self, slot: Slot) -> ast.expr | None:
        """The largest pure expression around the slot that a statement can evaluate, itself included."""
        best: ast.expr | None = None
        current: Slot | None = slot
        while current is not None:
            if isinstance(getattr(current.node, "ctx", None), ast.Store | ast.Del):
                break  # what counts is the place that is set, not what it held before
            if current is not slot and isinstance(current.node, _OWN_SCOPE):
                best = None
            if self.pure(current.node):
                best = current.node
            current = current.outer
        return best

    @cached_property
    def notable_constants(self) -> list[tuple[str, str]]:
        """Short constants that the unit reads or tells of, the commonest left out, each with its type's name."""
        slots = [slot for slot in self.loads(ast.Constant) if not isinstance(slot.parent, ast.JoinedStr | ast.Expr)]
        values = {text: ast.literal_eval(text) for text in self.module.told}
        values |= {self.inline(s.node): s.node.value for s in slots if isinstance(s.node, ast.Constant)}
        return [
            (text, type(value).__name__)
            for text, value in values.items()
            if value not in (0, 1, None) and len(text) <= 24
        ]


def _of_slices(node: ast.AST) -> bool:
    """Whether the expression can only stand in a subscript, as `1:2, ::3` does."""
    return isinstance(node, ast.Tuple) and any(isinstance(item, ast.Slice) for item in node.elts)


def _word(character: str) -> bool:
    return character.isalnum() or character == "_"
