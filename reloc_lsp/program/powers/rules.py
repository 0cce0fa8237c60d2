"""Which power a single piece of syntax gives: the rules behind `file_powers`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reloc_lsp.program.powers.kinds import PowerKind
from reloc_lsp.program.powers.table import (
    MODULES,
    MUTATING_METHODS,
    OPENING_FUNCTIONS,
    POWER_OF_ATTRIBUTE,
    POWER_OF_BUILTIN,
    POWER_OF_PATH,
)
from reloc_lsp.program.scope import Scope

ATTRIBUTE_FUNCTIONS = ("getattr", "setattr", "delattr", "hasattr")
MAX_NAME = 40
"""Characters of an expression that a power is named by; chosen by hand."""

NamedPower = tuple[PowerKind, str]
"""A kind of power, and the name in the text that gives it."""


def named_powers(scope: Scope, node: ast.AST, parent: ast.AST) -> Iterator[NamedPower]:
    """The powers that a node gives by itself. Imports are not among them: a file may have imported the same."""
    match node:
        case ast.Name():
            yield from _of_name(scope, node, parent)
        case ast.Attribute():
            yield from _of_attribute(scope, node, parent)
        case ast.Subscript(ctx=ast.Store() | ast.Del()):
            yield from _of_change(scope, node, node.value)
        case ast.Call():
            yield from _of_call(scope, node)
        case ast.Global(names=names):
            yield from (("globals", name) for name in names)


def kind_of_path(path: str) -> PowerKind | None:
    """The power of an imported dotted path. A module is also recognized where another one leads to it."""
    parts = path.split(".")
    for start in range(len(parts)):
        if start and parts[start] not in MODULES:
            continue
        known = next((end for end in range(len(parts), start, -1) if ".".join(parts[start:end]) in POWER_OF_PATH), 0)
        if known and (kind := POWER_OF_PATH[".".join(parts[start:known])]):
            return kind
    return None


def _of_name(scope: Scope, node: ast.Name, parent: ast.AST) -> Iterator[NamedPower]:
    name, path = node.id, scope.path(node)
    if not isinstance(node.ctx, ast.Load):
        # Decorators and others compile what stands in the annotations of a class.
        if name == "__annotations__":
            yield "code", name
    elif path is None:
        if scope.is_builtin(name) and name in POWER_OF_BUILTIN:
            yield POWER_OF_BUILTIN[name], name
        elif scope.is_builtin(name) and name == "open" and not _is_called(node, parent):
            yield "writes-files", name
    elif isinstance(parent, ast.Attribute):
        return
    elif path in MODULES and scope.is_module(name):
        yield "attributes", f"{name} as a value"
    elif not (path in OPENING_FUNCTIONS and _is_called(node, parent)):
        yield from _of_path(path)


def _of_attribute(scope: Scope, node: ast.Attribute, parent: ast.AST) -> Iterator[NamedPower]:
    if not isinstance(node.ctx, ast.Load):
        if node.attr == "__annotations__":
            yield "code", _written(node)
        yield from _of_change(scope, node, node)
        return
    path = scope.path(node)
    if path in OPENING_FUNCTIONS and _is_called(node, parent):
        return
    # The whole path decides: `os.path.join` only computes.
    of_path = list(_of_path(path)) if path and not isinstance(parent, ast.Attribute) else []
    yield from of_path
    if not of_path and node.attr in POWER_OF_ATTRIBUTE:
        yield POWER_OF_ATTRIBUTE[node.attr], _written(node)


def _of_path(path: str) -> Iterator[NamedPower]:
    kind = kind_of_path(path)
    if kind is not None:
        yield kind, path


def _of_call(scope: Scope, node: ast.Call) -> Iterator[NamedPower]:
    function, path = node.func, scope.path(node.func)
    match function:
        case ast.Name(id=name) if path is None and scope.is_builtin(name):
            yield from _of_builtin_call(scope, node, name)
        case _ if path in OPENING_FUNCTIONS:
            yield _opened(node, 1), str(path)
        case ast.Attribute(attr="open") if path is None or kind_of_path(path) is None:
            yield _opened(node, 0), _written(function)
        case ast.Attribute(attr="format" | "format_map", value=template) if not _is_literal(template):
            yield "attributes", _written(function)
        case ast.Attribute(attr=attr, value=value) if attr in MUTATING_METHODS:
            if not (isinstance(value, ast.Name) and scope.is_module(value.id)):
                yield from _of_change(scope, function, value)


def _of_builtin_call(scope: Scope, node: ast.Call, name: str) -> Iterator[NamedPower]:
    if name == "open":
        yield _opened(node, 1), name
    elif name == "type" and len(node.args) != 1:
        yield "code", name
    elif name in ATTRIBUTE_FUNCTIONS:
        match node.args:
            case [value, ast.Constant(value=str(literal)), *_]:
                context = ast.Store() if name in ("setattr", "delattr") else ast.Load()
                yield from _of_attribute(scope, ast.Attribute(value, literal, context), node)
            case _:
                yield "attributes", name


def _of_change(scope: Scope, node: ast.Attribute | ast.Subscript, changed: ast.expr) -> Iterator[NamedPower]:
    """A change of something that outlives the call: a variable, function or class of the file, or an import."""
    root, of_class = node.value, False
    while isinstance(root, ast.Attribute | ast.Subscript):
        of_class = of_class or (isinstance(root, ast.Attribute) and root.attr == "__class__")
        root = root.value
    match root:
        case ast.Call(func=ast.Name(id="type")):
            of_class = True
        case ast.Name(id=name) if scope.may_be_free(name):
            of_class = of_class or name in (scope.file or scope).shared_names or scope.path(root) is not None
    if of_class:
        yield "globals", _written(changed)


def _opened(node: ast.Call, position: int) -> PowerKind:
    """Whether a call opens a file to read or to write it, by the argument `mode` at that position."""
    modes = [keyword.value for keyword in node.keywords if keyword.arg in ("mode", None)]
    modes += [argument for argument in node.args if isinstance(argument, ast.Starred)]
    modes += node.args[position : position + 1]
    match modes:
        case []:
            return "reads-files"
        case [ast.Constant(value=str(mode))] if not set(mode) & set("wax+"):
            return "reads-files"
        case _:
            return "writes-files"


def _is_literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant | ast.JoinedStr)


def _is_called(node: ast.expr, parent: ast.AST) -> bool:
    return isinstance(parent, ast.Call) and parent.func is node


def _written(node: ast.expr) -> str:
    """An expression as it is written, and only its end if it is long."""
    text = ast.unparse(node)
    return text if len(text) <= MAX_NAME else f"...{text[-MAX_NAME:]}"
