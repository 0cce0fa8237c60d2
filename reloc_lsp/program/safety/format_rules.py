"""Templates of `str.format` reach attributes: only literal templates are allowed, and their fields are read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from string import Formatter

from reloc_lsp.program.safety.attribute_rules import named_attribute
from reloc_lsp.program.safety.finding import Finding
from reloc_lsp.program.safety.reading import Reading


def format_method(reading: Reading, node: ast.Attribute) -> Iterator[Finding]:
    """`format` and `format_map`, called or not."""
    if node.attr not in ("format", "format_map") or reading.scope.path(node):
        return
    if isinstance(node.value, ast.Name) and reading.is_self(node.value) and reading.vocabulary.has_function(node.attr):
        return  # a method of the file
    template = _template(reading, node.value)
    if template is None:
        yield Finding("formats by", reading.word(node))
        return
    for field in _fields(template):
        for name in _attributes(field):
            yield from named_attribute(reading, ast.Attribute(ast.Constant(None), name, ast.Load()))


def _template(reading: Reading, node: ast.expr) -> str | None:
    """The text of a template; `None` if it is put together at run time."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            first, second = _template(reading, left), _template(reading, right)
            return None if first is None or second is None else first + second
        case ast.Name(id=name) if reading.scope.binds(name):
            value = reading.value_of_local(name)
            return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None
        case ast.Name(id=name):
            return reading.vocabulary.text_of(name)
    return None


def _fields(template: str) -> Iterator[str]:
    """The names of the fields, also of those inside of other fields' formats."""
    try:
        parsed = list(Formatter().parse(template))
    except ValueError:
        return  # `str.format` raises the same
    for _, field, specification, _ in parsed:
        if field is not None:
            yield field
        if specification:
            yield from _fields(specification)


def _attributes(field: str) -> list[str]:
    """The attributes that a field such as `0.name[1].value` reaches."""
    outside = "".join(part.rpartition("]")[2] if number else part for number, part in enumerate(field.split("[")))
    return [part for part in outside.split(".")[1:] if part]
