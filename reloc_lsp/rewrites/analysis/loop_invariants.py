"""Loop invariants: values that cannot change while a loop runs, so that they may be computed once before it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reloc_lsp.rewrites.analysis.definite_types import HASHABLE, PLAIN, UNKNOWN, Types, definite_types, is_definitely
from reloc_lsp.rewrites.analysis.name_usage import Comprehension, bound_name, count_name, is_plain_local, names_in
from reloc_lsp.rewrites.analysis.purity import is_pure
from reloc_lsp.rewrites.source.bindings import UnitNames
from reloc_lsp.rewrites.source.unit_source import Statement

_MUTATING_METHODS = {
    "append", "add", "extend", "update", "pop", "remove", "insert", "discard", "popleft", "appendleft", "setdefault",
    "clear", "sort", "reverse", "popitem",
}  # fmt: skip
_PAUSES = (ast.Yield, ast.YieldFrom, ast.Await, ast.AsyncFor, ast.With, ast.AsyncWith)
_CREATING_CALLS = {"list", "set", "dict", "sorted", "deque", "defaultdict", "Counter"}
_FRESH = (ast.List, ast.ListComp, ast.Set, ast.SetComp, ast.Dict, ast.DictComp, ast.Tuple)


def is_invariant(ctx: UnitNames, name: str, block: ast.AST) -> bool:
    """Whether a list, tuple or string of that name has the same content throughout `block`.

    Nothing in the block binds the name, nothing is called that may change its object, and every object that is changed
    was created by the unit.
    """
    return all(_leaves_alone(ctx, node, name) for node in ast.walk(block))


def _leaves_alone(ctx: UnitNames, node: ast.AST, name: str) -> bool:
    match node:
        case ast.Name(id=named):
            return named != name or isinstance(node.ctx, ast.Load)
        case ast.Call():
            return _calls_nothing_unknown(ctx, node, name)
        case ast.Subscript(value=receiver, ctx=ast.Store() | ast.Del()):
            return isinstance(receiver, ast.Name) and receiver.id != name and is_locally_created(ctx, receiver.id)
        case ast.AugAssign(target=ast.Name(id=changed) as target):
            # Another name may refer to a list that `+=` changes in place.
            return is_locally_created(ctx, changed) or is_definitely(target, ctx, HASHABLE)
        case ast.For(iter=iterable) | ast.comprehension(iter=iterable):
            # Iterating over a generator runs its code.
            return all(ctx.types_of(known) <= PLAIN for known in names_in(iterable))
        case _:
            return not isinstance(node, _PAUSES)


def _calls_nothing_unknown(ctx: UnitNames, call: ast.Call, name: str) -> bool:
    match call.func:
        case ast.Attribute(value=ast.Name(id=receiver), attr=method) if method in _MUTATING_METHODS:
            return receiver != name and is_locally_created(ctx, receiver)
        case ast.Name(id=called) if not ctx.is_builtin(called):
            return False
        case ast.Name(id=called) if called.endswith(("Error", "Exception", "Warning")):
            return True
        case _:
            return is_pure(ast.Call(call.func, [], []))


def is_locally_created(ctx: UnitNames, name: str) -> bool:
    """Whether the name always refers to an object that the unit created, to which no argument can refer."""
    if name in ctx.parameters or not is_plain_local(ctx, name):
        return False
    names = [node for node in ast.walk(ctx.function) if isinstance(node, ast.Name) and node.id == name]
    stores = sum(isinstance(node.ctx, ast.Store) for node in names)
    made = 0
    for statement in ctx.statements:
        match statement.node:
            case ast.Assign(targets=[ast.Name(id=bound)], value=value) if bound == name and _creates(ctx, value):
                made += 1
            case ast.AnnAssign(target=ast.Name(id=bound), value=ast.expr() as value) if bound == name:
                made += _creates(ctx, value)
            case ast.AugAssign(target=ast.Name(id=bound)) if bound == name:
                made += 1
    return stores == made


def _creates(ctx: UnitNames, value: ast.expr) -> bool:
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        return value.func.id in _CREATING_CALLS and value.func.id not in ctx.locals
    return isinstance(value, _FRESH)


def enclosing_loops(ctx: UnitNames, node: ast.AST) -> Iterator[Statement]:
    """The loops that repeat the node, the outermost first; a statement with a comprehension counts as one."""
    for statement in ctx.statements:
        match statement.node:
            case ast.For(body=body):
                repeated: list[ast.AST] = [*body]
            case ast.While(test=test, body=body):
                repeated = [test, *body]
            case _:
                repeated = [part for made in _comprehensions(statement.node) for part in _repeated(made)]
        if any(inner is node for part in repeated for inner in ast.walk(part)):
            yield statement


def _comprehensions(node: ast.stmt) -> Iterator[Comprehension]:
    """The comprehensions in the statement's own expressions, without those in its blocks."""
    stack: list[ast.AST] = [part for part in ast.iter_child_nodes(node) if not isinstance(part, ast.stmt)]
    for part in stack:
        if isinstance(part, Comprehension):
            yield part
        elif not isinstance(part, ast.ExceptHandler | ast.match_case):
            stack += ast.iter_child_nodes(part)


def _repeated(made: Comprehension) -> list[ast.AST]:
    """The parts of a comprehension that are evaluated repeatedly: all but its first iterable."""
    first, *others = made.generators
    return [part for part in ast.iter_child_nodes(made) if part is not first] + [*first.ifs, *others]


def is_bound_before(ctx: UnitNames, name: str, loop: Statement) -> bool:
    """Whether the name is bound for certain when the loop begins."""
    if any(isinstance(node, ast.Delete) and name in names_in(node) for node in ast.walk(ctx.function)):
        return False
    certain = (p for p in ctx.statements if p.block is loop.block or p.parent is ctx.function)
    before = (statement.node for statement in certain if ctx.line(statement.node) < ctx.line(loop.node))
    return name in ctx.parameters or any(bound_name(node) == name for node in before)


def item_types(ctx: UnitNames, node: ast.expr) -> Types:
    """The definite types of an expression; a name that a loop binds has those of the observed items."""
    found = definite_types(node, ctx)
    if found or not isinstance(node, ast.Name):
        return found
    types: list[Types] = []
    for part in ast.walk(ctx.function):
        if isinstance(part, ast.For | ast.comprehension) and count_name(node.id, part.target):
            plain = isinstance(part.target, ast.Name) and isinstance(part.iter, ast.Name)
            types.append(ctx.types_of("*" + part.iter.id) if plain and isinstance(part.iter, ast.Name) else UNKNOWN)
    return frozenset().union(*types) if types and all(types) else UNKNOWN


def is_hashable(ctx: UnitNames, node: ast.expr) -> bool:
    """Whether the value is hashable for certain."""
    if isinstance(node, ast.Tuple):
        return all(is_hashable(ctx, element) for element in node.elts)
    types = item_types(ctx, node)
    return bool(types) and types <= HASHABLE


def items_are_hashable(ctx: UnitNames, name: str) -> bool:
    """Whether all observed items of the list, tuple or set of that name are hashable."""
    types = ctx.types_of("*" + name)
    return bool(types) and types <= HASHABLE


def unused_name(ctx: UnitNames, name: str) -> str | None:
    """`name`, if nothing else has this name; otherwise `None`."""
    taken = names_in(ctx.function) | set(ctx.parameters) | ctx.module.names
    return None if name in taken or ctx.is_builtin(name) else name
