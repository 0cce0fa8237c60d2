"""Operator replacement, the classic mutation operators AOR, ROR, COR and ASR, and unary operators (UOI, UOD)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reloc_lsp.program.text_edit import Edit
from reloc_lsp.rewrites.analysis.possible_types import possible_types
from reloc_lsp.rewrites.rewrite import ExpressionReplacement, Rewrite
from reloc_lsp.rewrites.source.precedence import parenthesized
from reloc_lsp.rewrites.source.unit_expressions import Slot
from reloc_lsp.rewrites.unit_context import UnitContext


@dataclass(frozen=True)
class OperatorChange:
    """The replacement of the operator `old` between two operands by `new`."""

    left: ast.expr
    right: ast.expr
    old: str
    new: str

    @property
    def description(self) -> str:
        """The description of the rewrite."""
        return f"`{self.old}` becomes `{self.new}`"


_COMPARE = {
    "<": ("<=", ">", ">=", "!=", "=="),
    "<=": ("<", ">=", ">", "==", "!="),
    ">": (">=", "<", "<=", "!=", "=="),
    ">=": (">", "<=", "<", "==", "!="),
    "==": ("!=", "<=", ">=", "<", ">", "is", "in"),
    "!=": ("==", "<", ">", "<=", ">=", "is not", "not in"),
    "is": ("is not", "=="),
    "is not": ("is", "!="),
    "in": ("not in", "=="),
    "not in": ("in", "!="),
}
_RANKED = (1.0, 0.8, 0.6, 0.4, 0.3)
_SYMBOLS: dict[type[ast.AST], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=", ast.Is: "is",
    ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in", ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/",
    ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
    ast.LShift: "<<", ast.RShift: ">>", ast.MatMult: "@", ast.And: "and", ast.Or: "or",
}  # fmt: skip
_ARITHMETIC = {
    "+": ("-", "*", "/", "//", "%", "|"),
    "-": ("+", "*", "/", "//", "%"),
    "*": ("/", "+", "**", "//", "-", "%"),
    "/": ("//", "*", "%", "-", "+"),
    "//": ("/", "%", "*", "-", "+"),
    "%": ("//", "/", "*", "+", "-"),
    "**": ("*", "+", "//"),
    "&": ("|", "^", "-", "and"),
    "|": ("&", "^", "+", "or"),
    "^": ("&", "|", "-", "+"),
    "<<": (">>", "*", "+"),
    ">>": ("<<", "//", "-"),
}


def replace_comparison(ctx: UnitContext) -> Iterator[Rewrite]:
    """Replace one operator of a comparison (ROR, relational operator replacement)."""
    for slot in ctx.loads(ast.Compare):
        node = slot.node
        assert isinstance(node, ast.Compare)
        operands = [node.left, *node.comparators]
        for index, operator in enumerate(node.ops):
            old = _SYMBOLS[type(operator)]
            for rank, new in enumerate(_COMPARE[old]):
                weight = 1.0 if rank < 3 or old in ("is", "in") else 0.5
                # `==` between values that are no numbers is rarely a mistake for `<`.
                equality = old in ("==", "!=") and new[0] in "<>"
                weight *= 0.3 if equality and not _may_be_numbers(ctx, operands[index : index + 2]) else 1.0
                change = OperatorChange(operands[index], operands[index + 1], old, new)
                yield _between(ctx, slot, change, "comparison", weight)


def _may_be_numbers(ctx: UnitContext, operands: Sequence[ast.expr]) -> bool:
    types = [possible_types(operand, ctx) for operand in operands]
    return all(not known or known & {"int", "float"} for known in types)


def replace_arithmetic(ctx: UnitContext) -> Iterator[Rewrite]:
    """Replace a binary operator (AOR, arithmetic operator replacement); operands keep their grouping."""
    for slot in ctx.loads(ast.BinOp):
        node = slot.node
        assert isinstance(node, ast.BinOp)
        old = _SYMBOLS[type(node.op)]
        text = isinstance(node.left, ast.Constant) and isinstance(node.left.value, str)
        for rank, new in enumerate(_ARITHMETIC.get(old, ())):
            if text and new not in "+%*":
                continue
            change = OperatorChange(node.left, node.right, old, new)
            rewrite = _between(ctx, slot, change, "arithmetic", _RANKED[min(rank, 4)])
            yield _regrouped(ctx, slot, node, new, rewrite)


def replace_boolean(ctx: UnitContext) -> Iterator[Rewrite]:
    """Replace `and` by `or`, and `or` by `and` (COR, conditional operator replacement)."""
    for slot in ctx.loads(ast.BoolOp):
        node = slot.node
        assert isinstance(node, ast.BoolOp)
        old = _SYMBOLS[type(node.op)]
        new = "or" if old == "and" else "and"
        edits = tuple(
            edit
            for left, right in zip(node.values, node.values[1:], strict=False)
            if (edit := _operator_edit(ctx, OperatorChange(left, right, old, new))) is not None
        )
        yield Rewrite(edits, "boolean", f"`{old}` becomes `{new}`", ctx.line(node), 1.0, _swap(ctx, slot, edits))


def replace_augmented(ctx: UnitContext) -> Iterator[Rewrite]:
    """Replace the operator of an augmented assignment, or the assignment by an augmented one and back (ASR)."""
    for statement in ctx.focused_statements:
        node = statement.node
        if isinstance(node, ast.AugAssign):
            old = _SYMBOLS[type(node.op)]
            others = [*(new + "=" for new in _ARITHMETIC.get(old, ()) if new not in ("and", "or")), "=", "&= ~"]
            others = [new for new in others if new != "&= ~" or old in "^|&-"]
            yield from (
                _assignment(ctx, node, OperatorChange(node.target, node.value, old + "=", new)) for new in others
            )
        elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            for new in ("+=", "-=", "*=", "|=") if node.targets[0].id in ctx.bound_before(node) else ():
                yield _assignment(ctx, node, OperatorChange(node.targets[0], node.value, "=", new))


def toggle_unary(ctx: UnitContext) -> Iterator[Rewrite]:
    """Insert a negation or a minus sign (UOI), or remove one (UOD)."""
    for slot in ctx.loads(ast.expr):
        node, text = slot.node, ctx.src(slot.node)
        if isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.UAdd):
            if not isinstance(node.operand, ast.Constant):
                yield ctx.replace(slot, ctx.movable_src(node.operand), "negation")
        elif is_condition(slot) and not isinstance(node, ast.Compare | ast.Constant):
            operand = text if isinstance(node, ast.Name | ast.Call | ast.Attribute | ast.Subscript) else f"({text})"
            yield ctx.replace(slot, f"not {operand}", "negation")
        elif isinstance(node, ast.Name | ast.Subscript | ast.Call | ast.Attribute) and _is_operand(slot):
            yield ctx.replace(slot, f"-{text}", "sign", weight=0.6)


def _is_operand(slot: Slot) -> bool:
    """Whether the slot may contain a number."""
    holder = isinstance(slot.parent, ast.Attribute | ast.Starred | ast.Subscript)
    return slot.field in ("left", "right", "value", "args", "elts") and not holder


def is_condition(slot: Slot) -> bool:
    """Whether only the truth value of the slot's expression matters."""
    if isinstance(slot.parent, ast.BoolOp):
        return True
    if isinstance(slot.parent, ast.UnaryOp):
        return isinstance(slot.parent.op, ast.Not)
    return slot.field in ("test", "ifs")


def _between(ctx: UnitContext, slot: Slot, change: OperatorChange, operator: str, weight: float) -> Rewrite:
    edit = _operator_edit(ctx, change)
    edits = (edit,) if edit else ()
    line = ctx.line(change.left)
    return Rewrite(edits, operator, change.description, line, weight, _swap(ctx, slot, edits))


def _operator_edit(ctx: UnitContext, change: OperatorChange) -> Edit | None:
    """The edit of the operator's own characters, between its operands."""
    start, end = ctx.span(change.left)[1], ctx.span(change.right)[0]
    words = r"\s+".join(map(re.escape, change.old.split()))
    bounded = rf"\b{words}\b" if change.old[0].isalpha() else words
    between = re.sub(r"#[^\n]*", lambda m: " " * len(m.group()), ctx.text[start:end])
    found = re.search(bounded, between)
    if found is None:
        return None
    before, after = (
        ctx.text[start + found.start() - 1],
        ctx.text[start + found.end() : start + found.end() + 1],
    )
    new = change.new
    if new[0].isalpha():
        new = (" " if not before.isspace() else "") + new + (" " if after and not after.isspace() else "")
    return Edit(start + found.start(), start + found.end(), new)


def _regrouped(ctx: UnitContext, slot: Slot, node: ast.BinOp, new: str, rewrite: Rewrite) -> Rewrite:
    """The rewrite with parentheses where the new operator has another precedence than the old one."""
    left, right = ctx.src(node.left), ctx.src(node.right)
    try:
        expected = ast.dump(ast.parse(f"({left}) {new} ({right})", mode="eval").body)
        plain = ast.parse(f"({left} {new} {right})", mode="eval").body
    except SyntaxError:
        return rewrite
    if ast.dump(plain) == expected and isinstance(
        slot.parent, ast.stmt | ast.Call | ast.Compare | ast.Subscript | ast.BoolOp
    ):
        return rewrite
    operator = ast.parse(f"a {new} b", mode="eval").body
    text = f"{parenthesized(left, operator, 'left')} {new} {parenthesized(right, operator, 'right')}"
    return ctx.replace(slot, text, "arithmetic", rewrite.description, rewrite.weight)


def _assignment(ctx: UnitContext, node: ast.stmt, change: OperatorChange) -> Rewrite:
    start, end = ctx.span(change.left)[1], ctx.span(change.right)[0]
    at = ctx.text.index(change.old, start, end)
    edit = Edit(at, at + len(change.old), change.new)
    weight = 0.7 if "=" in (change.old, change.new) else 1.0
    return Rewrite((edit,), "augmented", change.description, ctx.line(node), weight)


def _swap(ctx: UnitContext, slot: Slot, edits: tuple[Edit, ...]) -> ExpressionReplacement | None:
    return ctx.effect_of(slot, edits) if edits else None
