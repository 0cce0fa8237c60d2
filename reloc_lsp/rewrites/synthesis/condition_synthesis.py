"""Conditions synthesized from what is in scope, and the selection of those that run-time values support."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from itertools import chain, combinations

from reloc_lsp.rewrites.synthesis.condition_templates import (
    NUMBERS,
    WeightedText,
    conditions_on_one,
    conditions_on_two,
)
from reloc_lsp.rewrites.synthesis.operands import nearness, operands
from reloc_lsp.rewrites.unit_context import UnitContext

UNUSED_NAME_FACTOR = 3.0
"""Factor for code that uses a name which the unit binds and never reads. Chosen by hand."""
MAX_CONDITIONS = 260
"""Most conditions per statement. Chosen by hand."""
MAX_PAIRED_OPERANDS = 14
"""Most operands per statement that are compared with each other and with constants. Chosen by hand."""
MAX_PREDICATES = 6
"""Most predicates of the file, arguments for them, and substitutes for a module's constant. Chosen by hand."""
MAX_CONSTANTS = 8
"""Most constants that an operand is compared with. Chosen by hand."""
_OPPOSITES: dict[type[ast.cmpop], str] = {
    ast.Lt: ">=", ast.LtE: ">", ast.Gt: "<=", ast.GtE: "<", ast.Eq: "!=", ast.NotEq: "==", ast.Is: "is not",
    ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in",
}  # fmt: skip
Operands = Mapping[str, frozenset[str]]


def useful_conditions(ctx: UnitContext, node: ast.stmt, holds: bool) -> dict[str, float]:
    """Conditions at `node` that hold (or fail, if not `holds`) where tests fail and not where they pass."""
    key = id(node), holds
    if key not in ctx.useful_conditions:
        candidates = candidate_conditions(ctx, node)
        ctx.useful_conditions[key] = ctx.observations.discriminating(ctx.line(node), candidates, holds)
    return ctx.useful_conditions[key]


def candidate_conditions(ctx: UnitContext, node: ast.AST) -> dict[str, float]:
    """Conditions that may make sense at `node`, each with a weight, the heaviest first."""
    if id(node) not in ctx.conditions:
        ctx.conditions[id(node)] = _synthesized(ctx, node)
    return ctx.conditions[id(node)]


def _synthesized(ctx: UnitContext, node: ast.AST) -> dict[str, float]:
    found: dict[str, float] = {}
    known = operands(ctx, node)
    nearness_of = {text: nearness(ctx, node, text) for text in known}
    nearest = dict(sorted(known.items(), key=lambda item: -nearness_of[item[0]])[:MAX_PAIRED_OPERANDS])
    sources = (
        _reused(ctx, set(known)), _on_each(ctx, known, nearness_of), _on_same_class(ctx, node), _predicates(ctx, node),
        _on_pairs(ctx, nearest, nearness_of), _on_constants(ctx, nearest, nearness_of),
    )  # fmt: skip
    for condition, weight in chain.from_iterable(sources):
        found.setdefault(condition, weight)
    if ctx.unused_names:
        about_unused = [c for c in found if not ctx.unused_names.isdisjoint(re.findall(r"\w+", c))]
        found |= {condition: found[condition] * UNUSED_NAME_FACTOR for condition in about_unused}
    ranked = sorted(found.items(), key=lambda item: (-item[1], len(item[0]), item[0]))
    return dict(ranked[:MAX_CONDITIONS])


def _reused(ctx: UnitContext, known: set[str]) -> Iterator[WeightedText]:
    """Conditions that the unit has elsewhere, and their negations."""
    for slot in ctx.loads(ast.Compare, ast.Call, ast.UnaryOp):
        node = slot.node
        if slot.field in ("test", "values", "ifs", "operand") and ctx.is_pure(node):
            names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and n.id in ctx.locals}
            if names <= known:
                text = ctx.inline(node)
                yield text, 0.8
                yield negation_of_text(text), 0.8
                for other in _with_other_constant(ctx, node, text):
                    yield other, 0.5
                    yield negation_of_text(other), 0.5


def _with_other_constant(ctx: UnitContext, node: ast.expr, text: str) -> Iterator[str]:
    """The condition with a constant of the module replaced by another one whose name is spelled in the same style."""
    for name in {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} & ctx.module.constants:
        alike = [other for other in ctx.module.constants if other != name and other.isupper() == name.isupper()]
        for other in sorted(alike, key=lambda o: (-len(set(o.split("_")) & set(name.split("_"))), o))[:MAX_PREDICATES]:
            yield re.sub(rf"\b{name}\b", other, text)


def _on_each(ctx: UnitContext, known: Operands, nearness_of: Mapping[str, float]) -> Iterator[WeightedText]:
    """Conditions on one operand, and comparisons with the values that the file gives to its name."""
    for text, types in known.items():
        factor = nearness_of[text] * (1.0 if text.isidentifier() else 0.6)
        for condition, weight in conditions_on_one(text, types):
            yield condition, weight * factor
        for value in sorted(ctx.module.known_values.get(text, ())):
            yield f"{text} == {value}", 0.5
            yield f"{text} != {value}", 0.4


def _on_pairs(ctx: UnitContext, known: Operands, nearness_of: Mapping[str, float]) -> Iterator[WeightedText]:
    """Conditions on two operands."""
    for (one, one_types), (two, two_types) in combinations(known.items(), 2):
        pair = (one, one_types, two, two_types)
        # People write the value that changes first and the parameter it is compared with second.
        if one in ctx.parameters and two in ctx.locals and two not in ctx.parameters:
            pair = (two, two_types, one, one_types)
        for condition, weight in conditions_on_two(*pair):
            yield condition, weight * min(nearness_of[one], nearness_of[two])


def _on_constants(ctx: UnitContext, known: Operands, nearness_of: Mapping[str, float]) -> Iterator[WeightedText]:
    """Comparisons of operands with constants of the unit and its docstring that may have the same type."""
    for text, types in known.items():
        fitting = [constant for constant, kind in ctx.notable_constants if not types or kind in types]
        for constant in fitting[:MAX_CONSTANTS]:
            documented = constant in ctx.module.docstring_constants and constant[0] in "'\""
            yield f"{text} == {constant}", (0.8 if documented else 0.5) * nearness_of[text]
            yield f"{text} != {constant}", (0.6 if documented else 0.4) * nearness_of[text]
            for sign in ("<", ">", "<=", ">=") if types and types <= NUMBERS else ():
                yield f"{text} {sign} {constant}", 0.4 * nearness_of[text]


def _on_same_class(ctx: UnitContext, node: ast.AST) -> Iterator[WeightedText]:
    """Comparisons of an attribute of `self` with that of another object of the same class."""
    classes = ctx.module.qualname.split(".")[:-1]
    for name in ctx.bound_before(node) if classes else ():
        if classes[-1] in ctx.types_of(name):
            for own in ctx.self_attributes:
                attribute = own.removeprefix("self.")
                yield f"{name}.{attribute} != {own}", 1.0
                yield f"{name}.{attribute} == {own}", 0.8


def _predicates(ctx: UnitContext, node: ast.AST) -> Iterator[WeightedText]:
    """Calls of the file's predicates on names."""
    for predicate in ctx.module.predicates[:MAX_PREDICATES]:
        for name in ctx.bound_before(node)[:MAX_PREDICATES]:
            yield f"{predicate}({name})", 0.6
            yield f"not {predicate}({name})", 0.5


def negation_of_text(condition: str) -> str:
    """The negation of a condition, as a person would write it. It may differ for NaN and for operators of classes."""
    node = ast.parse(condition, mode="eval").body
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return ast.unparse(node.operand)
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return f"{ast.unparse(node.left)} {_OPPOSITES[type(node.ops[0])]} {ast.unparse(node.comparators[0])}"
    return f"not ({condition})" if isinstance(node, ast.BoolOp | ast.IfExp | ast.Compare) else f"not {condition}"
