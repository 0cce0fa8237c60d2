"""Classes: none is made at run time, by whatever name, and none is asked for by a pattern that is computed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reloc_lsp.program.safety.allowed_names import PATTERN_CLASSES, SHOWING_BUILTINS
from reloc_lsp.program.safety.attribute_rules import named_attribute
from reloc_lsp.program.safety.finding import Finding
from reloc_lsp.program.safety.reading import Reading
from reloc_lsp.program.unit import FunctionNode


def class_statement(reading: Reading, node: ast.ClassDef) -> Iterator[Finding]:
    """A class in a function, and each name that its body binds."""
    if not reading.in_function(node):
        return
    parts = [*node.bases, *(keyword.value for keyword in node.keywords)]
    bases = ", ".join(reading.word(part) for part in parts)
    yield Finding("makes the class", f"{node.name}({bases})" if bases else node.name)
    yield from (Finding("defines", f"{node.name}.{name}") for name in _bound_in(node))


def type_name(reading: Reading, node: ast.Name) -> Iterator[Finding]:
    """The builtin `type`: called with one argument, or compared with."""
    if reading.builtin(node) != "type" or not isinstance(node.ctx, ast.Load):
        return
    if not reading.is_called(node) and not reading.is_annotation(node) and not _is_only_looked_at(reading, node):
        yield Finding("uses", "type as a value")


def type_call(reading: Reading, node: ast.Call) -> Iterator[Finding]:
    """`type(x)` may be the class of classes, which makes classes as `type(a, b, c)` does."""
    if reading.builtin(node.func) == "type":
        if len(node.args) != 1 or isinstance(node.args[0], ast.Starred) or node.keywords:
            yield Finding("makes a class by", "type()")
        else:
            yield from _class_value(reading, node, node.args[0])


def class_attribute(reading: Reading, node: ast.Attribute) -> Iterator[Finding]:
    """`x.__class__` is `type(x)`."""
    if node.attr == "__class__" and isinstance(node.ctx, ast.Load):
        yield from _class_value(reading, node, node.value)


def wraps_call(reading: Reading, node: ast.Call) -> Iterator[Finding]:
    """`functools.wraps` copies attributes: of a function, to the one that it decorates."""
    if reading.scope.path(node.func) == "functools.wraps":
        is_decorator = any(node in getattr(above, "decorator_list", ()) for above in [reading.parent(node)])
        if len(node.args) != 1 or node.keywords or isinstance(node.args[0], ast.Starred) or not is_decorator:
            yield Finding("copies attributes by", "functools.wraps")


def class_pattern(reading: Reading, node: ast.MatchClass) -> Iterator[Finding]:
    """A class in a pattern must be a builtin one, or one that the file names."""
    match node.cls:
        case ast.Name(id=name) if reading.builtin(node.cls):
            known = name in PATTERN_CLASSES
        case ast.Name(id=name):
            known = reading.scope.may_be_free(name) and not reading.scope.binds(name)
        case _:
            known = reading.scope.path(node.cls) is not None
    if not known:
        yield Finding("matches with the class", reading.word(node.cls))
    for name in node.kwd_attrs:
        yield from named_attribute(reading, ast.Attribute(ast.Constant(None), name, ast.Load()))
        if name == "__class__":
            yield Finding("uses the attribute", f".{name}")


def _class_value(reading: Reading, node: ast.expr, of: ast.expr) -> Iterator[Finding]:
    parent = reading.parent(node)
    if isinstance(parent, ast.Call) and parent.func is node and reading.is_self(of):
        # The class of classes would take exactly three.
        if len(parent.args) != 3 and not any(isinstance(argument, ast.Starred) for argument in parent.args):
            return
    elif _is_only_looked_at(reading, node):
        return
    yield Finding("uses", f"{reading.word(node)} as a value")


def _is_only_looked_at(reading: Reading, node: ast.expr) -> bool:
    """Whether a class is compared, shown, or asked for an attribute, so that nothing can call it."""
    inner: ast.AST = node
    parent = reading.parent(node)
    while isinstance(parent, ast.Tuple):
        inner, parent = parent, reading.parent(parent)
    match parent:
        case ast.Compare() | ast.FormattedValue() | ast.BinOp(left=ast.Constant(value=str()), op=ast.Mod()):
            return True
        case ast.Attribute():
            return inner is node
        case ast.Subscript(slice=index, ctx=ast.Load()):
            return index is inner
        case ast.Call(func=function):
            return inner is not function and _only_looks(reading, function)
    return False


def _only_looks(reading: Reading, function: ast.expr) -> bool:
    """Whether a function gives back nothing of its arguments."""
    match function:
        case ast.Attribute(attr="get") | ast.Attribute(attr="format", value=ast.Constant()):
            return True
    return reading.builtin(function) in SHOWING_BUILTINS


def _bound_in(node: ast.ClassDef) -> Iterator[str]:
    """The names that the body of a class binds, in whatever way."""
    waiting: list[ast.AST] = [*node.body]
    while waiting:
        inner = waiting.pop()
        match inner:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name
            case ast.alias(name=name, asname=asname):
                yield asname or name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name
            case ast.MatchMapping(rest=str(name)):
                yield name
        if not isinstance(inner, FunctionNode | ast.Lambda | ast.ClassDef):
            waiting += ast.iter_child_nodes(inner)
