"""Where names are used, and what may happen while an expression is evaluated: what a rewrite must not change."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reloc_lsp.rewrites.source.bindings import UnitNames
from reloc_lsp.rewrites.source.unit_expressions import Slot

_READS_FRAMES = {"locals", "vars", "eval", "exec", "dir", "globals"}
_SUSPENDS = (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr, ast.Lambda)
_LOOPS = (ast.For, ast.AsyncFor)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def names_in(*nodes: ast.AST) -> set[str]:
    """All names that stand in the nodes."""
    return {inner.id for node in nodes for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def count_name(name: str, *nodes: ast.AST) -> int:
    """How often a name stands in the nodes."""
    return sum(isinstance(inner, ast.Name) and inner.id == name for node in nodes for inner in ast.walk(node))


def bound_name(node: ast.stmt) -> str | None:
    """The only name that the statement binds, where it does nothing else."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()):
            return name
        case _:
            return None


def is_plain_local(ctx: UnitNames, name: str) -> bool:
    """Whether a name is a variable of the unit's own, that nothing else can see: no closure, no look at the frame."""
    if name not in ctx.locals:
        return False
    for node in ast.walk(ctx.function):
        if isinstance(node, ast.Global | ast.Nonlocal) and name in node.names:
            return False
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _READS_FRAMES:
            return False
        if isinstance(node, _SCOPES) and node is not ctx.function and count_name(name, node):
            return False
    return True


def used_elsewhere(ctx: UnitNames, name: str, *nodes: ast.AST) -> bool:
    """Whether a name stands anywhere in the unit but in these nodes."""
    return count_name(name, ctx.function) > count_name(name, *nodes)


def escapes_loop(ctx: UnitNames, name: str, loop: ast.AST) -> bool:
    """Whether what a loop leaves in a name may be seen outside of it.

    Another loop or comprehension that sets the name first does not see it.
    """
    shielded = count_name(name, loop)
    around = {id(node) for node in ast.walk(ctx.function) if any(inner is loop for inner in ast.walk(node))}
    for node in _settling(ctx.function, name):
        if id(node) not in around:
            inside = [node.target, *node.body] if isinstance(node, _LOOPS) else [node]
            shielded += count_name(name, *inside)
    return not is_plain_local(ctx, name) or count_name(name, ctx.function) > shielded


def _settling(node: ast.AST, name: str) -> Iterator[ast.For | ast.AsyncFor | Comprehension]:
    """The outermost loops and comprehensions that set the name before they read it."""
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, _LOOPS) and count_name(name, inner.target):
            yield inner
        elif isinstance(inner, Comprehension) and name in names_in(*(part.target for part in inner.generators)):
            # The first iterable is looked up outside.
            if not count_name(name, inner.generators[0].iter):
                yield inner
        else:
            yield from _settling(inner, name)


def blocks_comprehension(*nodes: ast.AST) -> bool:
    """Whether something in the nodes cannot move into a comprehension: a pause, a name bound in passing, a closure."""
    return any(isinstance(inner, _SUSPENDS) for node in nodes for inner in ast.walk(node))


def is_name_or_constant(node: ast.expr) -> bool:
    """Whether evaluating the expression once more or once less can be noticed by nothing: a name or a constant."""
    return isinstance(node, ast.Name | ast.Constant)


def same_code(one: ast.AST, other: ast.AST) -> bool:
    """Whether two nodes are the same code, whether read or set."""
    return ast.dump(one).replace("Store()", "Load()") == ast.dump(other).replace("Store()", "Load()")


def only_truth_matters(slot: Slot) -> bool:
    """Whether nothing but the truth of the expression matters in its place."""
    match slot.parent:
        case ast.If() | ast.While() | ast.IfExp() | ast.Assert():
            return slot.field == "test"
        case ast.comprehension():
            return slot.field == "ifs"
        case ast.UnaryOp(op=ast.Not()):
            return True
        case ast.BoolOp():
            return slot.outer is not None and only_truth_matters(slot.outer)
        case _:
            return False


def inside_try(ctx: UnitNames, node: ast.stmt) -> bool:
    """Whether an exception raised in the statement may be caught in the unit, which then could see half-made values."""
    tries = (other for other in ast.walk(ctx.function) if isinstance(other, ast.Try | ast.TryStar | ast.With))
    return any(inner is node for other in tries for inner in ast.walk(other))
