"""Lists used as queues become deques: removing the first item of a list moves all others."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from reloc_lsp.program.text_edit import Edit
from reloc_lsp.rewrites.analysis.boolean_logic import is_constant
from reloc_lsp.rewrites.analysis.name_usage import count_name, is_plain_local, only_truth_matters
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.source.statement_edits import insert_before
from reloc_lsp.rewrites.source.unit_expressions import Slot
from reloc_lsp.rewrites.unit_context import UnitContext


def list_to_deque(ctx: UnitContext) -> Iterator[Rewrite]:
    """A local list with `pop(0)` or `insert(0, x)` becomes a `deque`, if a `deque` supports all its uses.

    It stays a list if it is sliced or compared with lists, for instance.
    """
    for statement in ctx.statements:
        match statement.node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.List() | ast.ListComp() as value):
                pass
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id="list")) as value):
                if not ctx.is_builtin("list"):
                    continue
            case _:
                continue
        if not is_plain_local(ctx, name) or name in ctx.parameters:
            continue
        slots = [slot for slot in ctx.loads(ast.Name) if slot.node.id == name]  # type: ignore[attr-defined]
        if len(slots) + 1 != count_name(name, ctx.function):
            continue
        edits = [_edit(ctx, slot) for slot in slots]
        if None in edits or not any(edits):
            continue
        made, imported = _deque(ctx)
        if made is not None:
            inner = "" if isinstance(value, ast.List) and not value.elts else ctx.inline(value)
            inner = inner[len("list(") : -1] if isinstance(value, ast.Call) else inner
            found = [Edit(*ctx.span(value), f"{made}({inner})"), *imported, *(e for es in edits for e in es or ())]
            yield Rewrite(tuple(found), "queue", f"`{name}` is a deque", ctx.line(statement.node))


def _edit(ctx: UnitContext, slot: Slot) -> list[Edit] | None:
    """The edits of one use of the list; `None` if a deque does not support it."""
    call = slot.outer.outer.node if slot.outer and slot.outer.outer else None
    match slot.parent, call:
        case ast.Attribute(attr=method) as attribute, ast.Call(func=called, keywords=[]) as method_call if (
            called is attribute
        ):
            text = _as_deque(ctx, method, method_call.args)
            if text == "":
                return []
            return [Edit(ctx.span(slot.node)[1], ctx.span(method_call)[1], text)] if text else None
        case ast.Call(func=ast.Name(id="len")), _:
            known = True
        case ast.Subscript(slice=index), _ if slot.field == "value":
            known = _is_index(index)
        case _:
            known = only_truth_matters(slot)
    return [] if known else None


def _as_deque(ctx: UnitContext, method: str, arguments: Sequence[ast.expr]) -> str | None:
    """The deque's call for a list's method: empty if it is the same, `None` if there is none."""
    match method, arguments:
        case "pop", [index] if is_constant(index, 0):
            return ".popleft()"
        case "insert", [index, item] if is_constant(index, 0):
            return f".appendleft({ctx.inline(item)})"
        case ("pop" | "clear", []) | ("append" | "extend", [_]):
            return ""
        case _:
            return None


def _is_index(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
    return isinstance(node, ast.Constant) and type(node.value) is int


def _deque(ctx: UnitContext) -> tuple[str | None, list[Edit]]:
    """The name of `deque` in the file, and the edits that import it if it is not imported; no name if it is taken."""
    for node in ctx.module.tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "collections" and not node.level:
            names = [alias.asname or alias.name for alias in node.names if alias.name == "deque"]
            if names and names[0] not in ctx.locals:
                return names[0], []
        if isinstance(node, ast.Import):
            names = [alias.asname or alias.name for alias in node.names if alias.name == "collections"]
            if names and names[0] not in ctx.locals:
                return f"{names[0]}.deque", []
    taken = "deque" in ctx.module.names or count_name("deque", ctx.function) or "deque" in ctx.parameters
    first = insert_before(ctx, ctx.body[0], ["from collections import deque", ""])
    return (None, []) if taken or first is None else ("deque", [first])
