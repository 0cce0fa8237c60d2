"""Edits of statements as whole lines: they are deleted, inserted, replaced or indented."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from reloc_lsp.program.source_text import split_lines
from reloc_lsp.program.text_edit import Edit
from reloc_lsp.rewrites.source.unit_source import Statement, UnitText


def delete_statement(unit: UnitText, statement: Statement) -> Edit | None:
    """The edit that deletes a statement; `pass` replaces it if it is alone in its block or shares its line."""
    if len(statement.block) == 1 or not unit.owns_lines(statement.node):
        start, end = unit.span(statement.node)
        if getattr(statement.node, "decorator_list", None):
            start = unit.line_span(statement.node)[0] + len(unit.indent(statement.node))
        if isinstance(statement.node, ast.If) and unit.text.startswith("elif", start):
            return Edit(*unit.line_span(statement.node), "")
        return Edit(start, end, "pass")
    return Edit(*unit.line_span(statement.node), "")


def insert_before(unit: UnitText, node: ast.stmt, lines: Sequence[str]) -> Edit | None:
    """The edit that inserts `lines` before a statement, at its level of indentation."""
    if not unit.owns_lines(node) or _is_elif(unit, node):
        return None
    start = unit.line_span(node)[0]
    return Edit(start, start, _block(unit, unit.indent(node), lines))


def insert_after(unit: UnitText, node: ast.stmt, lines: Sequence[str], like: ast.stmt | None = None) -> Edit | None:
    """The edit that inserts `lines` after a statement, at its level of indentation (or that of `like`)."""
    if not unit.owns_lines(node):
        return None
    end = unit.line_span(node)[1]
    text = _block(unit, unit.indent(like or node), lines)
    if end == len(unit.text) and not unit.text.endswith(("\n", "\r")):
        return Edit(end, end, unit.newline + text.rstrip("\r\n"))
    return Edit(end, end, text)


def insert_around(unit: UnitText, statement: Statement, lines: Sequence[str]) -> Iterator[Edit]:
    """The edits that insert `lines` before a statement, and after it if it ends its block."""
    before = insert_before(unit, statement.node, lines)
    if before is not None:
        yield before
    leaves = isinstance(statement.node, ast.Return | ast.Raise | ast.Break | ast.Continue)
    if statement.index == len(statement.block) - 1 and not leaves:
        after = insert_after(unit, statement.node, lines)
        if after is not None:
            yield after


def replace_statements(unit: UnitText, statements: Sequence[ast.stmt], lines: Sequence[str]) -> Edit | None:
    """The edit that replaces adjacent statements by `lines`, at their level of indentation."""
    first, last = statements[0], statements[-1]
    if not (unit.owns_lines(first) and unit.owns_lines(last)) or _is_elif(unit, first):
        return None
    start, end = unit.line_span(first)[0], unit.line_span(last)[1]
    text = _block(unit, unit.indent(first), lines)
    return Edit(start, end, text if unit.text[:end].endswith(("\n", "\r")) else text.rstrip("\r\n"))


def _block(unit: UnitText, indent: str, lines: Sequence[str]) -> str:
    """The lines with indentation; each leading `>` of a line means one more level."""
    out = []
    for line in lines:
        depth = len(line) - len(line.lstrip(">"))
        out.append(indent + unit.step * depth + line[depth:] + unit.newline)
    return "".join(out)


def reindented_block(unit: UnitText, block: Sequence[ast.stmt], indent: str) -> str | None:
    """The lines of a whole block, comments above it included, at another indentation.

    `None` where `reindented_lines` gives `None`.
    """
    first = unit.index.line_of(unit.line_span(block[0])[0])
    head = first
    while unit.index.lines[head - 2].strip()[:1] in ("", "#"):
        head -= 1
    return reindented_lines(unit, block, indent, above=first - head)


def reindented_lines(unit: UnitText, statements: Sequence[ast.stmt], indent: str, above: int = 0) -> str | None:
    """The whole lines of adjacent statements, and `above` lines before them, at another indentation.

    `None` if that would change a string over several lines, or if they share a line with others.
    """
    start, end = unit.line_span(statements[0])[0], unit.line_span(statements[-1])[1]
    start = unit.index.starts[unit.index.line_of(start) - 1 - above]
    old = unit.indent(statements[0])
    if any(_multiline_text(node) for node in statements) or not unit.owns_lines(statements[0]):
        return None
    moved = []
    for line in split_lines(unit.text[start:end]):
        if line.strip() and not line.startswith(old):
            return None
        moved.append(indent + line[len(old) :] if line.strip() else line)
    text = "".join(moved)
    return text if text.endswith(("\n", "\r")) else text + unit.newline


def _multiline_text(node: ast.stmt) -> bool:
    return any(
        isinstance(inner, ast.Constant | ast.JoinedStr) and inner.end_lineno != inner.lineno for inner in ast.walk(node)
    )


def _is_elif(unit: UnitText, node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and unit.text.startswith("elif", unit.span(node)[0])
