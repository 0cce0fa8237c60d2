"""Redundant code: an `else` after a `return`, a name that is returned at once, code that is never reached."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reloc_lsp.program.text_edit import Edit
from reloc_lsp.program.unit import FunctionNode
from reloc_lsp.rewrites.analysis.name_usage import bound_name, is_plain_local, used_elsewhere
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.source.statement_edits import delete_statement, reindented_block, replace_statements
from reloc_lsp.rewrites.source.unit_source import Statement, abbreviated
from reloc_lsp.rewrites.unit_context import UnitContext

_LEAVING = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_BINDING = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal,
    ast.Yield, ast.YieldFrom, ast.Await, ast.ExceptHandler, ast.MatchAs, ast.MatchStar, ast.MatchMapping, ast.NamedExpr,
)  # fmt: skip
_LOOPS = (ast.For, ast.AsyncFor, ast.While)


def return_directly(ctx: UnitContext) -> Iterator[Rewrite]:
    """`x = value` and then `return x` become `return value`, where `x` has no other use (RET504)."""
    for statement in ctx.statements:
        following = statement.block[statement.index + 1 : statement.index + 2]
        name = bound_name(statement.node)
        match following:
            case [ast.Return(value=ast.Name(id=returned))] if name == returned and isinstance(
                statement.node, ast.Assign
            ):
                loads = sum(_reads(node, returned) for node in ast.walk(ctx.function))
                if loads != 1 or not is_plain_local(ctx, returned) or returned in ctx.parameters:
                    continue
                edit = replace_statements(
                    ctx, [statement.node, *following], [f"return {ctx.movable_src(statement.node.value)}"]
                )
                if edit:
                    yield Rewrite((edit,), "superfluous", f"`{returned}` is returned at once", ctx.line(statement.node))


def swap_by_tuple(ctx: UnitContext) -> Iterator[Rewrite]:
    """`c = a`, `a = b`, `b = c` become `a, b = b, a`, where `c` has no other use (pylint's R1712)."""
    for statement in ctx.statements:
        three = statement.block[statement.index : statement.index + 3]
        match three:
            case [
                ast.Assign(targets=[ast.Name(id=spare)], value=ast.Name(id=one)),
                ast.Assign(targets=[ast.Name(id=into)], value=ast.Name(id=other)),
                ast.Assign(targets=[ast.Name(id=last)], value=ast.Name(id=kept)),
            ] if (into, last, kept) == (one, other, spare) and len({spare, one, other}) == 3:
                if (
                    is_plain_local(ctx, spare)
                    and not used_elsewhere(ctx, spare, *three)
                    and spare not in ctx.parameters
                ):
                    edit = replace_statements(ctx, three, [f"{one}, {other} = {other}, {one}"])
                    if edit:
                        yield Rewrite(
                            (edit,), "superfluous", f"`{spare}` is not needed to swap", ctx.line(statement.node)
                        )


def drop_else(ctx: UnitContext) -> Iterator[Rewrite]:
    """Remove an `else` if every branch before it leaves (RET505 to RET508), or if it only passes."""
    for statement in ctx.statements:
        node = statement.node
        if not isinstance(node, ast.If) or ctx.text.startswith("elif", ctx.span(node)[0]):
            continue
        chain = [node]
        while len(chain[-1].orelse) == 1 and _is_elif(ctx, chain[-1].orelse[0]):
            chain += [inner for inner in chain[-1].orelse if isinstance(inner, ast.If)]
        block = chain[-1].orelse
        start = _else_line(ctx, chain[-1]) if block else None
        if start is None or not ctx.owns_lines(block[-1]):
            continue
        end = ctx.line_span(block[-1])[1]
        if [type(statement) for statement in block] == [ast.Pass]:
            yield Rewrite((Edit(start, end, ""),), "superfluous", "an `else` that only passes goes", ctx.line(node))
        elif all(isinstance(branch.body[-1], _LEAVING) for branch in chain):
            moved = reindented_block(ctx, block, ctx.indent(node))
            if moved is not None:
                moved = moved if ctx.text[:end].endswith(("\n", "\r")) else moved.rstrip("\r\n")
                description = "the `else` goes: every branch before it leaves"
                yield Rewrite((Edit(start, end, moved),), "superfluous", description, ctx.line(node))


def drop_dead_statement(ctx: UnitContext) -> Iterator[Rewrite]:
    """Remove `pass` among other statements (PIE790), `continue` at the end of a loop, `return` at the end of a function
    (PLR1711), and code after a `return`."""
    for statement in ctx.statements:
        reason = _reason(ctx, statement)
        edit = delete_statement(ctx, statement) if reason and len(statement.block) > 1 else None
        if edit is not None and edit.text == "":
            description = f"`{abbreviated(ctx.src(statement.node))}` goes: {reason}"
            yield Rewrite((edit,), "superfluous", description, ctx.line(statement.node))


def _reason(ctx: UnitContext, statement: Statement) -> str:
    node, last = statement.node, statement.index == len(statement.block) - 1
    if isinstance(node, ast.Pass):
        return "it does nothing"
    if (
        isinstance(node, ast.Continue)
        and last
        and isinstance(statement.parent, _LOOPS)
        and statement.block is statement.parent.body
    ):
        return "the loop goes on anyway"
    if isinstance(node, ast.Return) and last and statement.parent is ctx.function and _returns_nothing(ctx.function):
        return "the function ends anyway"
    before = statement.block[: statement.index]
    if any(isinstance(other, _LEAVING) for other in before) and not _binds(node):
        return "it is never reached"
    return ""


def _returns_nothing(function: FunctionNode) -> bool:
    """Whether every `return` of the function and of functions inside it returns `None`."""
    found = [node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value is not None]
    return all(isinstance(value, ast.Constant) and value.value is None for value in found)


def _binds(node: ast.stmt) -> bool:
    """Whether the statement makes a name local, or the function a generator, even if it is never executed."""
    inner = list(ast.walk(node))
    return any(isinstance(n, _BINDING) for n in inner) or any(
        isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load) for n in inner
    )


def _is_elif(ctx: UnitContext, node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and ctx.text.startswith("elif", ctx.span(node)[0])


def _else_line(ctx: UnitContext, node: ast.If) -> int | None:
    """The offset of the line `else:`, if nothing else is on it."""
    first = ctx.index.line_of(ctx.line_span(node.orelse[0])[0])
    last = ctx.last_line(node.body[-1])
    for line in range(last + 1, first):
        if ctx.index.lines[line - 1].strip() == "else:":
            return ctx.index.starts[line - 1]
    return None


def _reads(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
