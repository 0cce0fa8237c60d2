"""Classes: none is made at run time, by whatever name, and none is asked for by a pattern that is computed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reloc_lsp.program.safety.allowed_names import PATTERN_CLASSES, SHOWING_BUILTINS
from reloc_lsp.program.safety.attribute_rules import named_attribute
from reloc_lsp.program.safety.finding import Finding
from reloc_lsp.program.safety.reading import Reading
from reloc_lsp.program.unit import FunctionNode

_NEW_CONTAINERS = (
    ast.Dict, ast.DictComp, ast.GeneratorExp, ast.List, ast.ListComp, ast.Set, ast.SetComp, ast.Tuple,
)  # fmt: skip
"""Syntax that makes a container or a generator."""
_CONTAINER_BUILTINS = ("dict", "filter", "frozenset", "list", "map", "set", "sorted", "tuple", "zip")
"""Builtins that do so, too."""
_NO_CLASSES = (*_NEW_CONTAINERS, ast.BinOp, ast.Compare, ast.Constant, ast.JoinedStr, ast.UnaryOp)
"""Syntax whose value is no class, and no class of classes."""


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
        elif not isinstance(node.args[0], ast.Constant):  # whose class is a builtin one
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
    """The class of an object may be called with what cannot make a class, if that object is a class itself.

    For the class of classes takes one class, and gives the class of it, or three arguments.
    """
    parent = reading.parent(node)
    if isinstance(parent, ast.Call) and parent.func is node:
        if _makes_container_like(reading, parent) or (reading.is_self(of) and _makes_no_class(reading, parent)):
            return
    elif _is_only_looked_at(reading, node):
        return
    yield Finding("uses", f"{reading.word(node)} as a value")


def _makes_container_like(reading: Reading, call: ast.Call) -> bool:
    """Whether a class is called with nothing, or with a container that was just made, as `type(x)([1, 2])`."""
    match call:
        case ast.Call(args=[], keywords=[]):
            return True
        case ast.Call(args=[argument], keywords=[]):
            return _is_container(reading, argument)
    return False


def _makes_no_class(reading: Reading, call: ast.Call) -> bool:
    """Whether the class of the object whose method the unit is gets arguments that make no class.

    A method can be called for any object by its class, and so for a class.
    """
    if len(call.args) == 3 or any(isinstance(argument, ast.Starred) for argument in call.args):
        return False
    if len(call.args) != 1 or isinstance(call.args[0], _NO_CLASSES) or _is_container(reading, call.args[0]):
        return True
    return not any(_reaches_unit(reading, node) for node, _ in reading.scope.nodes_with_parents)


def _is_container(reading: Reading, node: ast.expr) -> bool:
    match node:
        case ast.Name(id=name):
            value = reading.value_of_local(name)
            return value is not None and not isinstance(value, ast.Name) and _is_container(reading, value)
        case ast.Call(func=function):
            return reading.builtin(function) in _CONTAINER_BUILTINS
    return isinstance(node, _NEW_CONTAINERS)


def _reaches_unit(reading: Reading, node: ast.AST) -> bool:
    """Whether a node may be the unit as a function, that can be called for any object."""
    own = reading.scope.function.name if reading.scope.function else ""
    match node:
        case ast.Name(id=name, ctx=ast.Load()):
            return name == own
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super"))):
            return False
        case ast.Attribute(attr=name, value=value):
            return name == own and not reading.is_self(value)
        case ast.Call(func=function, args=[owner, *_]) if reading.builtin(function) == "getattr":
            return not reading.is_self(owner)
        case ast.Call(func=function):
            return reading.scope.path(function) == "operator.attrgetter"
    return False


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
