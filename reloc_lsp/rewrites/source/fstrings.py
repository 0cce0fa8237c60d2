"""Positions of expressions inside f-strings: before Python 3.12 those in the syntax tree are wrong."""

from __future__ import annotations

import ast
import re

from reloc_lsp.program.source_text import LineIndex

_LITERAL = re.compile(r"([A-Za-z]*)('''|\"\"\"|'|\")")
_BETWEEN = re.compile(r"(?:\s|\\\r?\n|#[^\n]*)+")
_NESTED_TEXT = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"", re.DOTALL)
_NAMED = re.compile(r"\\N\{[^}]*\}")
_ASSIGNED = re.compile(r"=\s*[}:!]")


def with_fstring_quotes(literals: str, text: str) -> str | None:
    """`text` with quotes that an expression of the f-string may contain; `None` if there are none.

    The result is valid in all versions of Python: before 3.12 an expression may contain neither the f-string's own
    quotes nor a backslash.
    """
    found = _read(literals)
    own = {quote[0] for quote in found[1]} if found is not None else set("'\"")
    used = {quote for quote in "'\"" if quote in text}
    if "\\" in text or "#" in text or "\n" in text:
        return None
    if not used & own:
        return text
    free = {"'", '"'} - own
    return text.replace(used.pop(), free.pop()) if len(free) == len(used) == 1 else None


def locate_expressions(joined: ast.JoinedStr, text: str, start: int, index: LineIndex, shift: int) -> bool:
    """Set the positions of the expressions of an f-string whose literals `text` begin at offset `start`.

    Lines are those of `index` plus `shift`. Returns whether every expression was found; otherwise nothing is changed.
    """
    values = [value for value in joined.values if isinstance(value, ast.FormattedValue)]
    read = _read(text)
    if read is None or len(spans := read[0]) != len(values):
        return False
    found = []
    for value, (first, last) in zip(values, spans, strict=True):
        inner = text[first:last]
        if "\n" in inner:
            return False
        try:
            node = ast.parse(inner.strip(), mode="eval").body
        except (SyntaxError, ValueError):
            return False
        if ast.dump(node) != ast.dump(value.value):
            return False
        found.append((value, node, start + first + len(inner) - len(inner.lstrip())))
    for value, node, offset in found:
        line = index.line_of(offset)
        column = len(index.text[index.starts[line - 1] : offset].encode())
        for part in ast.walk(node):
            if isinstance(part, ast.expr | ast.arg | ast.keyword):
                part.lineno = part.end_lineno = line + shift
                part.col_offset += column
                part.end_col_offset = (part.end_col_offset or 0) + column
        value.value = node
    return True


def _read(text: str) -> tuple[list[tuple[int, int]], list[str]] | None:
    """Offsets of the expressions in adjacent literals, and the literals' quotes; `None` if they cannot be parsed."""
    spans: list[tuple[int, int]] = []
    quotes: list[str] = []
    at = 0
    while at < len(text):
        between = _BETWEEN.match(text, at)
        literal = _LITERAL.match(text, between.end() if between else at)
        if literal is None:
            return (spans, quotes) if between and between.end() == len(text) else None
        end = _literal_end(text, literal.end(), literal[1].lower(), literal[2], spans)
        if end is None:
            return None
        quotes.append(literal[2])
        at = end
    return spans, quotes


def _literal_end(text: str, at: int, prefix: str, quote: str, spans: list[tuple[int, int]]) -> int | None:
    """The offset after a literal, `None` if it does not end; its expressions are added to `spans`."""
    while at < len(text):
        if text.startswith(quote, at):
            return at + len(quote)
        if text[at] == "\\":
            named = _NAMED.match(text, at)
            at = named.end() if named and "r" not in prefix else at + (1 if text[at + 1 : at + 2] == "{" else 2)
        elif "f" in prefix and text[at] == "{" and not text.startswith("{{", at):
            last = _end_of_part(text, at + 1, stop_at_format=True)
            closing = _end_of_part(text, last, stop_at_format=False)
            spans.append((at + 1, last))
            at = closing + 1
        else:
            at += 2 if text.startswith(("{{", "}}"), at) else 1
    return None


def _end_of_part(text: str, at: int, *, stop_at_format: bool) -> int:
    """The offset of the closing brace of the part that begins at `at`, or of the start of its conversion or format."""
    depth = 0
    while at < len(text):
        nested = _NESTED_TEXT.match(text, at) if stop_at_format else None
        if nested:
            at = nested.end()
            continue
        if not depth and (text[at] == "}" or (stop_at_format and _begins_format(text, at))):
            return at
        depth += (text[at] in "([{") - (text[at] in ")]}")
        at += 1
    return at


def _begins_format(text: str, at: int) -> bool:
    if text[at] == "=":
        return text[at - 1] not in "=!<>" and _ASSIGNED.match(text, at) is not None
    return text[at] == ":" or (text[at] == "!" and not text.startswith("!=", at))
