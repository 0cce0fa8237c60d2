"""Where names are used, and in which positions code may be moved or evaluated once more."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reloc_lsp.rewrites.source.bindings import UnitNames
from reloc_lsp.rewrites.source.unit_expressions import Slot

_READS_FRAMES = {"locals", "vars", "eval", "exec", "dir", "globals"}
_NOT_IN_COMPREHENSIONS = (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr, ast.Lambda)
_LOOPS = (ast.For, ast.AsyncFor)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def names_in(*nodes: ast.AST) -> set[str]:
    """All names that occur in the nodes."""
    return {inner.id for node in nodes for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def count_name(name: str, *nodes: ast.AST) -> int:
    """How often a name occurs in the nodes."""
    return sum(isinstance(inner, ast.Name) and inner.id == name for node in nodes for inner in ast.walk(node))


def bound_name(node: ast.stmt) -> str | None:
    """The name that a plain assignment to one name binds; otherwise `None`."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()):
            return name
        case _:
            return None


def is_plain_local(ctx: UnitNames, name: str) -> bool:
    """Whether a name is a local variable that only the unit's own code can see: no closure and no access to frames."""
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
    """Whether a name occurs in the unit outside these nodes."""
    return count_name(name, ctx.function) > count_name(name, *nodes)


def escapes_loop(ctx: UnitNames, name: str, loop: ast.AST) -> bool:
    """Whether code outside the loop may read the value that the loop leaves in a name.

    Another loop or comprehension that binds the name first cannot read it.
    """
    shielded = count_name(name, loop)
    around = {id(node) for node in ast.walk(ctx.function) if any(inner is loop for inner in ast.walk(node))}
    for node in _binding_first(ctx.function, name):
        if id(node) not in around:
            inside = [node.target, *node.body] if isinstance(node, _LOOPS) else [node]
            shielded += count_name(name, *inside)
    return not is_plain_local(ctx, name) or count_name(name, ctx.function) > shielded


def _binding_first(node: ast.AST, name: str) -> Iterator[ast.For | ast.AsyncFor | Comprehension]:
    """The outermost loops and comprehensions that bind the name before they read it."""
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, _LOOPS) and count_name(name, inner.target):
            yield inner
        elif isinstance(inner, Comprehension) and name in names_in(*(part.target for part in inner.generators)):
            # The first iterable is evaluated outside.
            if not count_name(name, inner.generators[0].iter):
                yield inner
        else:
            yield from _binding_first(inner, name)


def blocks_comprehension(*nodes: ast.AST) -> bool:
    """Whether the nodes contain what cannot move into a comprehension: `await`, `yield`, `:=`, a lambda."""
    return any(isinstance(inner, _NOT_IN_COMPREHENSIONS) for node in nodes for inner in ast.walk(node))


def is_name_or_constant(node: ast.expr) -> bool:
    """Whether the expression is a name or a constant: evaluating it once more or less changes nothing."""
    return isinstance(node, ast.Name | ast.Constant)


def same_code(one: ast.AST, other: ast.AST) -> bool:
    """Whether two nodes are the same code, regardless of load and store contexts."""
    return ast.dump(one).replace("Store()", "Load()") == ast.dump(other).replace("Store()", "Load()")


def only_truth_matters(slot: Slot) -> bool:
    """Whether only the truth value of the expression matters in its position."""
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
    """Whether the unit may catch an exception of the statement, and then see incomplete values."""
    tries = (other for other in ast.walk(ctx.function) if isinstance(other, ast.Try | ast.TryStar | ast.With))
    return any(inner is node for other in tries for inner in ast.walk(other))
