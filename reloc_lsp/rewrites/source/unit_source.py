"""A unit's text, its statements, and their positions."""

from __future__ import annotations

import ast
import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from reloc_lsp.program.fingerprint import is_docstring
from reloc_lsp.program.source_text import newline_of
from reloc_lsp.program.unit import FunctionNode
from reloc_lsp.program.unit_positions import UnitPositions
from reloc_lsp.rewrites.source.precedence import is_complete_expression

_MULTILINE_OR_PADDED = re.compile(r"#|\s\s|[\t\r\n]|^ | $")


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """A statement and its position: `index` in `block`, which is a field of `parent`.

    `loop` says whether it is inside a loop, `handler` whether it is inside an exception handler.
    """

    node: ast.stmt
    block: list[ast.stmt]
    index: int
    parent: ast.AST
    loop: bool
    handler: bool = False


class UnitText(UnitPositions):
    """The unit's text `source` with its syntax tree. Lines are those of the unit's text, from 1.

    `focus` are the lines whose statements are rewritten, all if it is `None`. Raises `SyntaxError` if the text is no
    function.
    """

    def __init__(self, source: str, focus: Container[int] | None = None) -> None:
        super().__init__(source)
        self._focus = focus
        self._owning: dict[int, bool] = {}
        self.newline = newline_of(source)

    def src(self, node: ast.AST) -> str:
        """The node's own text."""
        start, end = self.span(node)
        return self.text[start:end]

    def inline(self, node: ast.expr) -> str:
        """The node's text on one line."""
        text = self.src(node)
        return ast.unparse(node) if "\n" in text or "\r" in text else text

    def movable_src(self, node: ast.expr) -> str:
        """The node's text for another position, in parentheses if its lines need them there."""
        text = self.src(node)
        return f"({text})" if "\n" in text and not is_complete_expression(text) else text

    def inline_statement(self, node: ast.stmt) -> str:
        """A simple statement's text on one line."""
        text = self.src(node)
        return ast.unparse(node) if "\n" in text or "\r" in text else text

    # -- statements

    @cached_property
    def statements(self) -> list[Statement]:
        """Every statement of the body in source order, without the docstring."""
        return list(self._statements(self.function.body, self.function, loop=False))

    def _statements(
        self, block: list[ast.stmt], parent: ast.AST, *, loop: bool, handler: bool = False
    ) -> Iterator[Statement]:
        handlers = [h.body for h in getattr(parent, "handlers", ())]
        handler = handler or any(block is body for body in handlers)
        for index, node in enumerate(block):
            if index == 0 and parent is self.function and is_docstring(node):
                continue
            yield Statement(node, block, index, parent, loop, handler)
            inside = loop or isinstance(node, ast.For | ast.AsyncFor | ast.While)
            inside = inside and not isinstance(node, FunctionNode | ast.ClassDef)
            for inner in child_blocks(node):
                yield from self._statements(inner, node, loop=inside, handler=handler)

    @property
    def focused_statements(self) -> list[Statement]:
        """The statements in focus: those that are rewritten."""
        return [statement for statement in self.statements if self.in_focus(statement.node)]

    def in_focus(self, node: ast.stmt) -> bool:
        """Whether the statement's first line is in focus; without a focus every line is."""
        return self._focus is None or self.line(node) in self._focus

    @property
    def body(self) -> list[ast.stmt]:
        """The function's statements, without the docstring."""
        body = self.function.body
        return body[1:] if is_docstring(body[0]) else body

    def line_span(self, node: ast.stmt) -> tuple[int, int]:
        """Offsets of the start and the end of the whole lines of a statement, with its decorators."""
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))]) - self._shift
        last = self.last_line(node)
        starts = self.index.starts
        return starts[first - 1], starts[last] if last < len(starts) else len(self.text)

    def owns_lines(self, node: ast.stmt) -> bool:
        """Whether no other code is on the statement's lines."""
        known = self._owning.get(id(node))
        if known is None:
            known = self._owning[id(node)] = self._find_owns_lines(node)
        return known

    def _find_owns_lines(self, node: ast.stmt) -> bool:
        start, end = self.line_span(node)
        own_start, own_end = self.span(node)
        decorated = bool(getattr(node, "decorator_list", ()))
        before = "" if decorated else self.text[start:own_start].strip()
        after = self.text[own_end:end].strip()
        return not before and (not after or after.startswith("#"))

    def indent(self, node: ast.stmt) -> str:
        """The white space before the statement."""
        return self.index.indentation(self.line(node))

    @cached_property
    def step(self) -> str:
        """One level of indentation in this unit."""
        outer = self.index.indentation(self.line(self.function))
        inner = self.indent(self.body[0])
        return inner[len(outer) :] if inner.startswith(outer) and len(inner) > len(outer) else "    "


def child_blocks(node: ast.stmt) -> Iterable[list[ast.stmt]]:
    """The blocks of statements inside a statement, in source order."""
    holders = [*getattr(node, "handlers", ()), *getattr(node, "cases", ())]
    own = [getattr(node, field, None) for field in ("body", "orelse", "finalbody")]
    yield from filter(None, [own[0], *(holder.body for holder in holders), *own[1:]])


def abbreviated(text: str, most: int = 48) -> str:
    """`text` on one line, shortened to `most` characters, for descriptions."""
    if len(text) <= most and not _MULTILINE_OR_PADDED.search(text):
        return text
    line = " ".join(re.sub(r"#[^\n]*\n", " ", text).split())
    return line if len(line) <= most else line[: most - 1] + "…"
