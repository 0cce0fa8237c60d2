"""A unit's expressions, each with its position in the syntax tree, and the edit that replaces one of them."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import cached_property

from reloc_lsp.program.text_edit import Edit
from reloc_lsp.rewrites.source.bindings import UnitNames
from reloc_lsp.rewrites.source.formatting import with_layout_of
from reloc_lsp.rewrites.source.fstrings import locate_expressions, with_fstring_quotes
from reloc_lsp.rewrites.source.module_context import ModuleContext
from reloc_lsp.rewrites.source.precedence import level_of_text, parenthesized, required_level

_HOLDERS = (ast.comprehension, ast.keyword, ast.withitem, ast.arguments, ast.ExceptHandler, ast.match_case)


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """An expression and its position: `field` (and `index` in it, or -1) of `parent`, in `statement`.

    `outer` is the slot of the nearest expression around it.
    """

    node: ast.expr
    parent: ast.AST
    field: str
    index: int
    statement: ast.stmt
    outer: Slot | None = None


class UnitExpressions(UnitNames):
    """A unit's text with its names and its expressions."""

    def __init__(self, source: str, module: ModuleContext, focus: Container[int] | None = None) -> None:
        super().__init__(source, module, focus)
        self._loads: dict[tuple[type[ast.expr], ...], list[Slot]] = {}
        self._located_fstrings = {id(node) for node in ast.walk(self.function) if self._locates_parts(node)}

    def _locates_parts(self, node: ast.AST) -> bool:
        """Whether the node is an f-string, and the positions of the expressions in it are known."""
        if not isinstance(node, ast.JoinedStr):
            return False
        start, end = self.span(node)
        return locate_expressions(node, self.text[start:end], start, self.index, self._shift)

    @cached_property
    def slots(self) -> list[Slot]:
        """Every expression of the body in source order. Of an f-string only those whose positions are known."""
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
                        elif id(node) in self._located_fstrings:
                            inner += [(part, slot) for part in node.values if isinstance(part, ast.FormattedValue)]
                    elif isinstance(node, _HOLDERS):
                        inner.append((node, outer))
            stack.extend(reversed(inner))

    def loads(self, *kinds: type[ast.expr]) -> list[Slot]:
        """Slots of these node types whose value is read, in statements in focus; type annotations are left out."""
        if kinds not in self._loads:
            self._loads[kinds] = list(self._find_loads(kinds))
        return self._loads[kinds]

    def _find_loads(self, kinds: tuple[type[ast.expr], ...]) -> Iterator[Slot]:
        for slot in self.slots:
            if not self.in_focus(slot.statement):
                continue
            context = getattr(slot.node, "ctx", None)
            read = (context is None or isinstance(context, ast.Load)) and not _holds_slices(slot.node)
            if read and isinstance(slot.node, kinds) and slot.field not in ("annotation", "returns"):
                yield slot

    def edit(self, slot: Slot, text: str) -> Edit:
        """The edit that puts `text` in the slot's place, in parentheses exactly where it needs them."""
        start, end = self.span(slot.node)
        fstring = enclosing_fstring(slot)
        if fstring is not None:
            text = with_fstring_quotes(self.src(fstring), text) or text
        if self._shares_parentheses(slot):
            return Edit(start, end, f"({parenthesized(text, slot.parent, slot.field)})")
        text = with_layout_of(self.text[start:end], text)
        if not self._has_parentheses(slot, start, end):
            text = parenthesized(text, slot.parent, slot.field, slot.index)
        elif level_of_text(text) >= required_level(slot.parent, slot.field, slot.index) and "\n" not in text:
            start, end = self.text.rindex("(", 0, start), self.text.index(")", end) + 1
        before = " " if _in_word(self.text[:start][-1:]) and _in_word(text[:1]) else ""
        if fstring is not None and text.startswith("{") and self.text[:start].endswith("{"):
            before = " "  # in an f-string `{{` is a literal brace
        after = " " if _in_word(self.text[end : end + 1]) and _in_word(text[-1:]) else ""
        return Edit(start, end, before + text + after)

    def _shares_parentheses(self, slot: Slot) -> bool:
        """Whether a generator expression is the only argument of a call, whose parentheses are also its own."""
        alone = isinstance(slot.parent, ast.Call) and len(slot.parent.args) == 1 and not slot.parent.keywords
        return alone and slot.field == "args" and self._ends_with(slot.parent, slot.node)

    def _ends_with(self, outer: ast.AST, inner: ast.expr) -> bool:
        return isinstance(inner, ast.GeneratorExp) and self.span(outer)[1] == self.span(inner)[1]

    def _has_parentheses(self, slot: Slot, start: int, end: int) -> bool:
        """Whether the expression has parentheses of its own around it."""
        if (
            isinstance(slot.parent, ast.Call | ast.Tuple | ast.GeneratorExp | ast.ClassDef | ast.keyword)
            and slot.field != "func"
        ):
            return False
        before, after = self.text[:start].rstrip(), self.text[end:].lstrip()
        return before.endswith("(") and after.startswith(")") and not isinstance(slot.node, ast.GeneratorExp)


def enclosing_fstring(slot: Slot) -> ast.JoinedStr | None:
    """The innermost f-string around the expression."""
    outer = slot.outer
    while outer is not None:
        if isinstance(outer.node, ast.JoinedStr):
            return outer.node
        outer = outer.outer
    return None


def _holds_slices(node: ast.AST) -> bool:
    """Whether the expression is valid in a subscript only, as `1:2, ::3` is."""
    return isinstance(node, ast.Tuple) and any(isinstance(item, ast.Slice) for item in node.elts)


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_"
