"""Imports and parts of modules: what is listed, and what the file imports itself."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from reloc_lsp.program.safety.allowed_attributes import ALLOWED_ATTRIBUTES
from reloc_lsp.program.safety.allowed_parts import (
    ALLOWED_PARTS,
    ALLOWED_WITH_MODULE,
    CLASS_MAKERS,
    LISTED_MODULES,
)
from reloc_lsp.program.safety.finding import Finding
from reloc_lsp.program.safety.reading import Reading
from reloc_lsp.program.scope import Import, imported_names

_EXCEPTION_ENDINGS = ("Error", "Exception", "Warning")


def imports(reading: Reading, node: Import) -> Iterator[Finding]:
    """An import binds names; what is done with them is another question."""
    for name, _ in imported_names(node):
        if name in reading.scope.ambiguous:
            yield Finding("imports different things as", name)
    if isinstance(node, ast.Import):
        yield from (Finding("imports", alias.name) for alias in node.names if alias.name not in LISTED_MODULES)
        return
    above = "." * node.level + (node.module or "")
    for alias in node.names:
        path = f"{above}.{alias.name}"
        is_standard = above.partition(".")[0] in sys.stdlib_module_names
        is_allowed = is_listed(path) or path in LISTED_MODULES or is_part_with_module(reading, path)
        if not (is_standard and is_allowed):
            yield Finding("imports", path)


def part_finding(reading: Reading, node: ast.Attribute, path: str) -> Finding | None:
    """What is to be said of a part of the standard library with that dotted path; `None` if it may be used."""
    makes_class = path in CLASS_MAKERS
    if makes_class and reading.in_function(node):
        return Finding("makes a class by", path)
    if path in LISTED_MODULES:
        parent = reading.parent(node)
        prints_to = isinstance(parent, ast.keyword) and parent.arg == "file"
        is_module_value = not isinstance(parent, ast.Attribute) and not prints_to
        return Finding("uses", f"{path} as a value") if is_module_value else None
    if is_listed(path) or is_part_with_module(reading, path):
        return None
    owner = path.rpartition(".")[0]
    if is_listed(owner) and owner not in LISTED_MODULES:
        known = node.attr in ALLOWED_ATTRIBUTES or reading.vocabulary.has_attribute(node.attr)
        return None if known else Finding("uses", path)
    return None if is_exception_name(reading, node) else Finding("uses", path)


def is_listed(path: str) -> bool:
    """Whether a dotted path is a listed part of a listed module."""
    module, _, part = path.rpartition(".")
    return part in ALLOWED_PARTS.get(module, ())


def is_exception_name(reading: Reading, node: ast.expr) -> bool:
    """Whether an expression is only what a handler catches, or what `isinstance` compares with."""
    outer, parent = node, reading.parent(node)
    while isinstance(parent, ast.Tuple | ast.Attribute):
        outer, parent = parent, reading.parent(parent)
    last = getattr(outer if isinstance(outer, ast.Attribute) else node, "attr", getattr(node, "id", ""))
    match parent:
        case ast.ExceptHandler():
            return str(last).endswith(_EXCEPTION_ENDINGS) and last not in ("AssertionError", "CancelledError")
        case ast.Call(func=ast.Name() as function, args=[_, second]) if second is outer:
            return reading.builtin(function) in ("isinstance", "issubclass")
    return False


def is_part_with_module(reading: Reading, path: str) -> bool:
    """Whether a dotted path is a part that is listed for files which import its module, and the file does."""
    module, _, part = path.rpartition(".")
    return part in ALLOWED_WITH_MODULE.get(module, ()) and reading.vocabulary.imports(module)
