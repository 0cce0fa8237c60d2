"""Variables: names, attributes and assignment targets replaced by others, and operands swapped."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator

from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.source.unit_expressions import Slot
from reloc_lsp.rewrites.source.unit_source import abbreviated
from reloc_lsp.rewrites.unit_context import UnitContext


def replace_variable(ctx: UnitContext) -> Iterator[Rewrite]:
    """Replace a name by another local name (SVR, scalar variable replacement); types that fit weigh more."""
    inner = _comprehension_names(ctx)
    for slot in ctx.loads(ast.Name):
        assert isinstance(slot.node, ast.Name)
        name = slot.node.id
        if slot.field == "func" and name not in ctx.locals:
            continue
        own = ctx.types_of(name)
        for other in dict.fromkeys([*ctx.bound_before(slot.node), *inner.get(id(slot.node), ())]):
            if other == name:
                continue
            fits = not own or not ctx.types_of(other) or bool(own & ctx.types_of(other))
            local = name in ctx.locals
            yield ctx.replace(slot, other, "variable", weight=(1.0 if fits else 0.15) * (1.0 if local else 0.2))
        attribute = name in ctx.locals and name in ctx.module.attributes.get("self", {})
        if attribute and "self" in _arguments(ctx):
            yield ctx.replace(slot, f"self.{name}", "variable", weight=0.8)


def replace_module_name(ctx: UnitContext) -> Iterator[Rewrite]:
    """Replace a module's constant or function by another one; similar names weigh more."""
    for slot in ctx.loads(ast.Name):
        assert isinstance(slot.node, ast.Name)
        name = slot.node.id
        if name in ctx.locals:
            continue
        others = ctx.module.functions if slot.field == "func" else sorted(ctx.module.constants)
        if slot.field == "func" or name in ctx.module.constants:
            for other in others:
                if other != name and not (slot.field == "func" and ctx.is_builtin(name) and other == ctx.function.name):
                    yield ctx.replace(slot, other, "module name", weight=0.3 + 0.5 * _similarity(name, other))


def replace_attribute(ctx: UnitContext) -> Iterator[Rewrite]:
    """Replace an attribute by another one that the file uses on the same object."""
    for slot in ctx.loads(ast.Attribute):
        node = slot.node
        assert isinstance(node, ast.Attribute)
        if isinstance(node.value, ast.Name):
            called = slot.field == "func"
            for other in ctx.module.attributes.get(node.value.id, {}):
                same_use = (other in ctx.module.methods) == (node.attr in ctx.module.methods)
                if other != node.attr and (node.value.id != "self" or same_use):
                    factor = 0.4 + 0.6 * _similarity(node.attr, other) if called else 1.0
                    yield ctx.replace(slot, f"{node.value.id}.{other}", "attribute", weight=factor)


def replace_target(ctx: UnitContext) -> Iterator[Rewrite]:
    """Assign to another local name."""
    for statement in ctx.focused_statements:
        node = statement.node
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(node, ast.Assign | ast.AugAssign) and isinstance(target, ast.Name):
            slot = Slot(target, node, "target", -1, node)
            for other in ctx.locals:
                if other != target.id:
                    yield ctx.replace(slot, other, "target", weight=0.6)


def swap_operands(ctx: UnitContext) -> Iterator[Rewrite]:
    """Swap two operands, arguments, elements, branches or bounds (argument swap)."""
    for slot in ctx.slots:
        node = slot.node
        if isinstance(node, ast.BinOp) and isinstance(
            node.op, ast.Sub | ast.Div | ast.FloorDiv | ast.Mod | ast.Pow | ast.Add
        ):
            text = not isinstance(node.op, ast.Add)
            yield from _swap(ctx, slot, node.left, node.right, 1.0 if text else 0.4)
        elif isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.In | ast.NotIn):
            yield from _swap(ctx, slot, node.left, node.comparators[0], 0.6)
        elif isinstance(node, ast.Call | ast.Tuple | ast.List):
            items = node.args if isinstance(node, ast.Call) else node.elts
            for index, first in enumerate(items[:6]):
                for second in items[index + 1 : 6]:
                    yield from _swap(ctx, slot, first, second, 0.8)
        elif isinstance(node, ast.IfExp):
            yield from _swap(ctx, slot, node.body, node.orelse, 0.8)
        elif isinstance(node, ast.Slice) and node.lower and node.upper:
            yield from _swap(ctx, slot, node.lower, node.upper, 0.5)


def swap_constants(ctx: UnitContext) -> Iterator[Rewrite]:
    """Swap two constants of the function, or two names of a statement."""
    slots = [
        s
        for s in ctx.loads(ast.Constant, ast.Name)
        if not isinstance(s.parent, ast.JoinedStr | ast.Expr) and s.field != "func"
    ]
    texts = [ctx.inline(slot.node) for slot in slots]
    for index, (first, one) in enumerate(zip(slots, texts, strict=True)):
        for second, two in zip(slots[index + 1 :], texts[index + 1 :], strict=True):
            if type(first.node) is not type(second.node) or one == two:
                continue
            if isinstance(first.node, ast.Constant) and isinstance(second.node, ast.Constant):
                if type(first.node.value) is not type(second.node.value):
                    continue
            elif first.statement is not second.statement:
                continue
            edits = (ctx.edit(first, two), ctx.edit(second, one))
            alike = type(first.parent) is type(second.parent) and first.field == second.field
            same_context = alike or first.statement is second.statement
            yield Rewrite(
                edits,
                "exchange",
                f"`{one}` and `{two}` change places",
                ctx.line(first.node),
                1.0 if same_context else 0.6,
            )


def _swap(ctx: UnitContext, slot: Slot, first: ast.expr, second: ast.expr, weight: float) -> Iterator[Rewrite]:
    one, two = ctx.movable_src(first), ctx.movable_src(second)
    if one == two or isinstance(first, ast.Starred) or isinstance(second, ast.Starred):
        return
    field = {ast.BinOp: ("left", "right"), ast.IfExp: ("body", "orelse")}.get(type(slot.node), ("args", "args"))
    edits = (
        ctx.edit(Slot(first, slot.node, field[0], -1, slot.statement), two),
        ctx.edit(Slot(second, slot.node, field[1], -1, slot.statement), one),
    )
    description = f"`{abbreviated(one)}` and `{abbreviated(two)}` change places"
    yield Rewrite(edits, "swap", description, ctx.line(first), weight, ctx.effect_of(slot, edits))


def _similarity(one: str, other: str) -> float:
    """How similar two names are, from 0 to 1: confused names are mostly similar."""
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


def _arguments(ctx: UnitContext) -> list[str]:
    return [a.arg for a in ctx.function.args.args]


def _comprehension_names(ctx: UnitContext) -> dict[int, list[str]]:
    """For names inside a comprehension or lambda, the names it binds."""
    found: dict[int, list[str]] = {}
    for slot in ctx.slots:
        node = slot.node
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
            bound = [n.id for g in node.generators for n in ast.walk(g.target) if isinstance(n, ast.Name)]
        elif isinstance(node, ast.Lambda):
            bound = [a.arg for a in node.args.args]
        else:
            continue
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name):
                found.setdefault(id(inner), []).extend(bound)
    return found
