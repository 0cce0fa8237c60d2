"""Names: the unit's own, those of its file, and listed builtins."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator

from reloc_lsp.program.safety.allowed_names import BUILTINS, CALLED_BUILTINS, SPECIAL_NAMES
from reloc_lsp.program.safety.allowed_parts import CALLED_PARTS, CLASS_MAKERS, LISTED_MODULES
from reloc_lsp.program.safety.attribute_rules import is_dunder
from reloc_lsp.program.safety.exception_rules import is_raised
from reloc_lsp.program.safety.finding import Finding
from reloc_lsp.program.safety.import_rules import is_listed
from reloc_lsp.program.safety.reading import Reading

_DUNDER = re.compile(r"__[^\W_]\w*?__(?!\w)")
_TEST_TEXTS = re.compile(
    r"^(?:_pytest|hypothesis|pytest|unittest)$|PYTEST_CURRENT_TEST|/proc\b|/dev/(?:fd|mem|pts|shm|std|tty)"
)
"""Names of test tools, and paths to the memory and open files of a process."""


def name(reading: Reading, node: ast.Name) -> Iterator[Finding]:
    """A name that is read or bound."""
    if is_dunder(node.id):
        yield Finding("uses" if isinstance(node.ctx, ast.Load) else "defines", node.id)
    elif isinstance(node.ctx, ast.Load):
        path = reading.scope.path(node)
        if path is not None:
            yield from _imported(reading, node, path)
        elif reading.scope.is_builtin(node.id) and reading.scope.may_be_free(node.id):
            yield from _free(reading, node)


def _free(reading: Reading, node: ast.Name) -> Iterator[Finding]:
    """A name that the file does not bind outside functions: a builtin, or one of an enclosing function."""
    if node.id in CALLED_BUILTINS and not reading.is_called(node):
        yield Finding("uses", f"{node.id} as a value")
    elif node.id == "AssertionError" and is_raised(reading, node):
        return
    elif node.id == "hash" and reading.scope.function and reading.scope.function.name == "__hash__":
        return  # elsewhere it would tell one process from another
    elif node.id not in BUILTINS and not _is_local_of_file(reading, node.id):
        yield Finding("uses", node.id)


def _is_local_of_file(reading: Reading, name: str) -> bool:
    """Whether the name is none of Python's, so that it can only be one of the file or of the unit."""
    if name in _PYTHON_NAMES:
        return False
    bound = reading.scope.binds(name)
    if not reading.is_unit:
        return True
    return bound or reading.vocabulary.has_name(name) or _is_from_star(reading, name)


def _is_from_star(reading: Reading, name: str) -> bool:
    return any(is_listed(f"{module}.{name}") for module in (reading.scope.file or reading.scope).star_imports)


def _imported(reading: Reading, node: ast.Name, path: str) -> Iterator[Finding]:
    """A name that an import binds. A module may only be used for its parts."""
    parent = reading.parent(node)
    if path in CLASS_MAKERS and reading.in_function(node):
        yield Finding("makes a class by", path)
    if isinstance(parent, ast.Attribute):
        return
    if reading.scope.is_module(node.id) or path in LISTED_MODULES:
        is_asked = isinstance(parent, ast.Call) and reading.builtin(parent.func) in ("hasattr", "getattr")
        if not is_asked:
            yield Finding("uses", f"{node.id} as a value")
    elif path in CALLED_PARTS and not reading.is_called(node):
        yield Finding("uses", f"{path} as a value")


def identifiers(reading: Reading, node: ast.AST) -> Iterator[Finding]:
    """Names with double underscores that anything but an expression binds."""
    bound: list[str | None] = []
    match node:
        case ast.arg(arg=bound_name) | ast.keyword(arg=bound_name):
            bound = [bound_name]
        case ast.FunctionDef(name=bound_name) | ast.AsyncFunctionDef(name=bound_name):
            # A method of the file defines its name for its class only.
            bound = [bound_name] if reading.in_function(node) else []
        case ast.ClassDef(name=bound_name) | ast.ExceptHandler(name=bound_name):
            bound = [bound_name]
        case ast.MatchAs(name=bound_name) | ast.MatchStar(name=bound_name) | ast.MatchMapping(rest=bound_name):
            bound = [bound_name]
        case ast.alias(name=imported, asname=bound_name):
            bound = [bound_name or imported]
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            bound = [*names]
    yield from (Finding("defines", text) for text in bound if text and is_dunder(text))


def text(reading: Reading, node: ast.Constant) -> Iterator[Finding]:
    """A text that holds one of Python's special names, a test tool or the inside of a process."""
    parent = reading.parent(node)
    is_asked = isinstance(parent, ast.Call) and reading.builtin(parent.func) == "hasattr"
    if is_asked or isinstance(parent, ast.Expr) or not isinstance(node.value, str | bytes):
        return
    value = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
    found = [word for word in _DUNDER.findall(value) if word in SPECIAL_NAMES] if "__" in value else []
    yield from (Finding("has a text with", word) for word in [*found, *_TEST_TEXTS.findall(value)])


_PYTHON_NAMES = frozenset(dir(builtins)) | {
    "_pytest", "copyright", "credits", "exit", "help", "hypothesis", "license", "pytest", "quit", "unittest",
}  # fmt: skip
"""Builtin names, and those of test tools."""
