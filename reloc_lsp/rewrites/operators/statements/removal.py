"""Deletion: operands, calls, arguments, statements and branches are removed (SDL, ODL)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reloc_lsp.program.text_edit import Edit
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.source.precedence import parenthesized
from reloc_lsp.rewrites.source.statement_edits import delete_statement, reindented_block
from reloc_lsp.rewrites.source.unit_source import abbreviated, child_blocks
from reloc_lsp.rewrites.unit_context import UnitContext


def unwrap_expression(ctx: UnitContext) -> Iterator[Rewrite]:
    """Replace an expression by one of its operands or arguments (ODL, operand deletion)."""
    for slot in ctx.loads(ast.expr):
        node = slot.node
        parts: list[tuple[ast.expr, float]] = []
        match node:
            case ast.BinOp(left=left, right=right):
                parts = [(left, 1.0), (right, 0.7)]
            case ast.BoolOp(values=[first, second]):
                parts = [(first, 1.0), (second, 1.0)]
            case ast.IfExp(body=body, orelse=orelse):
                parts = [(body, 1.0), (orelse, 1.0)]
            case ast.Call(func=ast.Attribute(value=receiver), args=args):
                parts = [
                    (receiver, 0.8 if len(args) < 2 else 0.3),
                    *((argument, 0.3) for argument in args[:2] if not isinstance(argument, ast.Starred)),
                ]
            case ast.Call(args=args):
                parts = [(argument, 0.9) for argument in args[:3] if not isinstance(argument, ast.Starred)]
            case ast.Subscript(value=value):
                parts = [(value, 0.7)]
            case ast.Attribute(value=value) if slot.field != "func":
                parts = [(value, 0.3)]
            case ast.Starred(value=value) if not getattr(slot.parent, "keywords", None):
                parts = [(value, 0.5)]
        for part, weight in parts:
            yield ctx.replace(slot, ctx.movable_src(part), "removal", weight=weight)


def drop_operand(ctx: UnitContext) -> Iterator[Rewrite]:
    """Remove one operand of a longer `and` or `or`, one element, argument, keyword or filter (ODL)."""
    for slot in ctx.loads(
        ast.BoolOp, ast.Call, ast.Compare, ast.Tuple, ast.List, ast.Set, ast.GeneratorExp, ast.ListComp
    ):
        node = slot.node
        items: list[ast.expr | ast.keyword] = []
        if isinstance(node, ast.BoolOp) and len(node.values) > 2:
            word = "and" if isinstance(node.op, ast.And) else "or"
            for index in range(len(node.values)):
                rest = [parenthesized(ctx.src(v), node, "values") for i, v in enumerate(node.values) if i != index]
                yield ctx.replace(slot, f" {word} ".join(rest), "removal")
            continue
        if isinstance(node, ast.Call):
            items = [*node.args, *node.keywords]
        elif isinstance(node, ast.Tuple | ast.List | ast.Set) and len(node.elts) > 1:
            items = list(node.elts)
        elif isinstance(node, ast.GeneratorExp | ast.ListComp):
            for clause in node.generators:
                for test in clause.ifs:
                    start = ctx.text.rindex("if", 0, ctx.span(test)[0])
                    edit = Edit(start, ctx.span(test)[1], "")
                    yield Rewrite((edit,), "removal", f"without `if {abbreviated(ctx.inline(test))}`", ctx.line(test))
        for index in range(len(items) if len(items) < 8 else 0):
            kept = [item for i, item in enumerate(items) if i != index]
            yield ctx.replace(slot, _with_items(ctx, node, kept), "removal", weight=0.6)


def _with_items(ctx: UnitContext, node: ast.expr, items: list[ast.expr | ast.keyword]) -> str:
    inner = ", ".join(ctx.src(item) for item in items)
    if isinstance(node, ast.Call):
        return f"{ctx.src(node.func)}({inner})"
    if isinstance(node, ast.List):
        return f"[{inner}]"
    if isinstance(node, ast.Set):
        return f"{{{inner}}}"
    return f"({inner},)" if len(items) == 1 else f"({inner})"


def delete_statements(ctx: UnitContext) -> Iterator[Rewrite]:
    """Delete a statement, or an `else` branch (SDL, statement deletion)."""
    for statement in ctx.focused_statements:
        node = statement.node
        if isinstance(node, ast.Pass):
            continue
        edit = delete_statement(ctx, statement)
        if edit is not None:
            weight = 1.0 if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.For | ast.While) else 0.3
            yield Rewrite((edit,), "deletion", f"without `{abbreviated(ctx.src(node))}`", ctx.line(node), weight)
        if isinstance(node, ast.If) and node.orelse and not _is_elif(ctx, node):
            start, end = ctx.line_span(node.body[-1])[1], ctx.line_span(node.orelse[-1])[1]
            yield Rewrite((Edit(start, end, ""),), "deletion", "without the else branch", ctx.line(node.orelse[0]))


def unwrap_block(ctx: UnitContext) -> Iterator[Rewrite]:
    """Replace an `if`, loop, `with` or `try` by one of its blocks (block unwrapping, a kind of SDL)."""
    for statement in ctx.focused_statements:
        node = statement.node
        if not isinstance(node, ast.If | ast.For | ast.While | ast.With | ast.Try):
            continue
        for block in child_blocks(node):
            if block[0].lineno > node.lineno and not _starts_elif(ctx, block):
                start, end = ctx.line_span(node)
                text = reindented_block(ctx, block, ctx.indent(node))
                if text is not None and not _is_elif(ctx, node):
                    weight = 0.8 if isinstance(node, ast.If) else 0.3
                    description = f"`{abbreviated(ctx.src(block[0]))}` always"
                    yield Rewrite((Edit(start, end, text),), "unwrapped block", description, ctx.line(node), weight)


def _is_elif(ctx: UnitContext, node: ast.If | ast.stmt) -> bool:
    """Whether the statement is written as `elif`."""
    start = ctx.span(node)[0]
    return ctx.text.startswith("elif", start)


def _starts_elif(ctx: UnitContext, block: list[ast.stmt]) -> bool:
    return len(block) == 1 and _is_elif(ctx, block[0])
