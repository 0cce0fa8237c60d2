"""Small expressions made from what is in scope: the ingredients of conditions, guards and inserted statements."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from itertools import chain, combinations

from reloc_lsp.rewrites.analysis.possible_types import possible_types
from reloc_lsp.rewrites.source.unit_context import UnitContext

UNUSED_NAME = 3.0
_COMMON_WORDS = {"not", "in", "is", "and", "or", "None", "self", "len", "isinstance", "str", "int", "list", "dict"}
MOST_PREDICATES = 6
MOST_CONDITIONS = 260
MOST_PAIRED = 14
_NEARNESS = ((4, 1.0), (12, 0.7), (10**9, 0.4))
_NUMBERS = {"int", "float", "Decimal", "Fraction"}
_SIZED = {
    "str", "list", "tuple", "dict", "set", "frozenset", "bytes", "deque", "range", "dict_keys", "dict_items",
}  # fmt: skip
_OF_A_NUMBER = {
    "< 0": 1.0, "== 0": 1.0, "> 0": 0.9, "<= 0": 0.8, "== 1": 0.8, "> 1": 0.7, "< 1": 0.6, "< 2": 0.6, ">= 0": 0.6,
    "<= 1": 0.6, "!= 0": 0.6, "% 2 == 0": 0.4, "% 2 == 1": 0.4, "== 2": 0.4, "!= 1": 0.3, "== -1": 0.3,
}  # fmt: skip
_OF_A_TEXT = {
    "isdigit()": 0.6, "isalpha()": 0.6, "isspace()": 0.5, "isalnum()": 0.5, "isupper()": 0.5, "islower()": 0.4,
    "strip()": 0.5, "startswith('-')": 0.2,
}  # fmt: skip
_PARTS = {
    "date": {"weekday()": "int", "day": "int", "month": "int", "year": "int"},
    "datetime": {"weekday()": "int", "hour": "int", "minute": "int", "day": "int", "month": "int", "date()": "date"},
    "timedelta": {"days": "int", "total_seconds()": "float"},
    "PosixPath": {"suffix": "str", "name": "str"},
}
MOST_PARTS = 12
_OF_A_LENGTH = {"== 1": 0.7, "> 1": 0.6, "< 2": 0.6, "== 0": 0.5, "> 0": 0.3, "== 2": 0.3}


def operands(ctx: UnitContext, node: ast.AST) -> dict[str, frozenset[str]]:
    """Names bound before `node`, and attributes, subscripts and pure calls the unit reads, with their kinds."""
    found = {name: ctx.types(name) for name in (*ctx.bound_before(node), *ctx.fields)}
    bound = set(found) | {"self", "cls"}
    for slot in ctx.loads(ast.Attribute, ast.Subscript, ast.Call):
        inner = slot.node
        sliced = isinstance(inner, ast.Subscript) and isinstance(inner.slice, ast.Slice)
        if slot.field == "func" or sliced or not ctx.pure(inner):
            continue
        names = {n.id for n in ast.walk(inner) if isinstance(n, ast.Name) and n.id in ctx.locals}
        text = ctx.inline(inner)
        if names <= bound and len(text) <= 30:
            found.setdefault(text, possible_types(inner, ctx))
    for text in _stored(ctx, node):
        found.setdefault(text, frozenset())
    for text, kinds in _parts(ctx, found):
        found.setdefault(text, kinds)
    return found


def _parts(ctx: UnitContext, known: Mapping[str, frozenset[str]]) -> list[tuple[str, frozenset[str]]]:
    """Items seen at run time whose key the file or the docstring names, and what dates and the like are asked for."""
    spoken_of = {*map(repr, ctx.module.strings), *ctx.module.told}
    found = [
        (f"{name}.get({key})", kinds)
        for name in known
        if "dict" in known[name]
        for key, kinds in ctx.items(name).items()
        if key in spoken_of and f"{name}[{key}]" not in known
    ]
    for name, kinds in known.items():
        if name.isidentifier():
            parts = {part: kind for of in sorted(kinds & _PARTS.keys()) for part, kind in _PARTS[of].items()}
            found += [(f"{name}.{part}", frozenset([kind])) for part, kind in parts.items()]
    return found[:MOST_PARTS]


def _asked(ctx: UnitContext, node: ast.AST) -> Iterator[tuple[str, float]]:
    """What the file's own predicates say of names."""
    for predicate in ctx.module.predicates[:MOST_PREDICATES]:
        for name in ctx.bound_before(node)[:MOST_PREDICATES]:
            yield f"{predicate}({name})", 0.6
            yield f"not {predicate}({name})", 0.5


def _between_alike(ctx: UnitContext, node: ast.AST) -> Iterator[tuple[str, float]]:
    """Comparisons of a field with that of another object of the same class."""
    classes = ctx.module.qualname.split(".")[:-1]
    for name in ctx.bound_before(node) if classes else ():
        if classes[-1] in ctx.types(name):
            for field in ctx.fields:
                attribute = field.removeprefix("self.")
                yield f"{name}.{attribute} != {field}", 1.0
                yield f"{name}.{attribute} == {field}", 0.8


def _stored(ctx: UnitContext, node: ast.AST) -> Iterator[str]:
    """Attributes and elements that the unit has set before `node`."""
    for slot in ctx.slots:
        inner = slot.node
        if isinstance(inner, ast.Attribute | ast.Subscript) and isinstance(inner.ctx, ast.Store):
            text = ctx.inline(inner)
            if ctx.line(slot.statement) < ctx.line(node) and ctx.pure(inner) and len(text) <= 30:
                yield text


def conditions(ctx: UnitContext, node: ast.stmt, wanted: bool) -> dict[str, float]:
    """Conditions at `node` that hold (or, not `wanted`, fail) where the unit goes wrong and not elsewhere."""
    key = id(node), wanted
    if key not in ctx.useful:
        ctx.useful[key] = ctx.outlook.useful(ctx.line(node), all_conditions(ctx, node), wanted)
    return ctx.useful[key]


def all_conditions(ctx: UnitContext, node: ast.AST) -> dict[str, float]:
    """Conditions that may be wanted at `node`, with a weight each; the simple and the borrowed ones first."""
    if id(node) not in ctx.conditions:
        ctx.conditions[id(node)] = _all_conditions(ctx, node)
    return ctx.conditions[id(node)]


def _all_conditions(ctx: UnitContext, node: ast.AST) -> dict[str, float]:
    found: dict[str, float] = {}
    known = operands(ctx, node)
    near = {text: _nearness(ctx, node, text) for text in known}
    paired = dict(sorted(known.items(), key=lambda item: -near[item[0]])[:MOST_PAIRED])
    sources = (
        _borrowed(ctx, set(known)), _about_each(ctx, known, near), _between_alike(ctx, node), _asked(ctx, node),
        _about_pairs(ctx, paired, near), _about_constants(ctx, paired, near),
    )  # fmt: skip
    for condition, weight in chain.from_iterable(sources):
        found.setdefault(condition, weight)
    if ctx.unused:
        about_unused = [c for c in found if not ctx.unused.isdisjoint(re.findall(r"\w+", c))]
        found |= {condition: found[condition] * UNUSED_NAME for condition in about_unused}
    ranked = sorted(found.items(), key=lambda item: (-item[1], len(item[0]), item[0]))
    return dict(ranked[:MOST_CONDITIONS])


def _about_each(
    ctx: UnitContext, known: Mapping[str, frozenset[str]], near: Mapping[str, float]
) -> Iterator[tuple[str, float]]:
    """Conditions on one operand, and comparisons with what the file knows its name to be."""
    for text, kinds in known.items():
        likely = near[text] * (1.0 if text.isidentifier() else 0.6)
        for condition, weight in _of_one(text, kinds):
            yield condition, weight * likely
        for state in sorted(ctx.module.states.get(text, ())):
            yield f"{text} == {state}", 0.5
            yield f"{text} != {state}", 0.4


def _about_pairs(
    ctx: UnitContext, known: Mapping[str, frozenset[str]], near: Mapping[str, float]
) -> Iterator[tuple[str, float]]:
    for (one, one_kinds), (two, two_kinds) in combinations(known.items(), 2):
        pair = (one, one_kinds, two, two_kinds)
        # As a person writes it: what changes first, what it is held against second.
        if one in ctx.parameters and two in ctx.locals and two not in ctx.parameters:
            pair = (two, two_kinds, one, one_kinds)
        for condition, weight in _of_two(*pair):
            yield condition, weight * min(near[one], near[two])


def _about_constants(
    ctx: UnitContext, known: Mapping[str, frozenset[str]], near: Mapping[str, float]
) -> Iterator[tuple[str, float]]:
    for text, kinds in known.items():
        for constant in _constants(ctx, kinds):
            told = constant in ctx.module.told and constant[0] in "'\""
            yield f"{text} == {constant}", (0.8 if told else 0.5) * near[text]
            yield f"{text} != {constant}", (0.6 if told else 0.4) * near[text]
            for operator in ("<", ">", "<=", ">=") if kinds and kinds <= _NUMBERS else ():
                yield f"{text} {operator} {constant}", 0.4 * near[text]


def _nearness(ctx: UnitContext, node: ast.AST, text: str) -> float:
    """Less for operands of which nothing near `node` speaks."""
    lines = [abs(at - ctx.line(node)) for name in names_in(text) for at in ctx.lines_of_names.get(name, ())]
    away = min(lines, default=0)
    return next(factor for most, factor in _NEARNESS if away <= most)


def names_in(text: str) -> set[str]:
    """What an expression's or a statement's text speaks of."""
    return set(re.findall(r"[A-Za-z_][\w.]*", text)) - _COMMON_WORDS


def negated(condition: str) -> str:
    """The condition's opposite, written as a person would."""
    node = ast.parse(condition, mode="eval").body
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return ast.unparse(node.operand)
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        opposite: dict[type[ast.cmpop], str] = {
            ast.Lt: ">=", ast.LtE: ">", ast.Gt: "<=", ast.GtE: "<", ast.Eq: "!=", ast.NotEq: "==", ast.Is: "is not",
            ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in",
        }  # fmt: skip
        return f"{ast.unparse(node.left)} {opposite[type(node.ops[0])]} {ast.unparse(node.comparators[0])}"
    return f"not ({condition})" if isinstance(node, ast.BoolOp | ast.IfExp | ast.Compare) else f"not {condition}"


def _borrowed(ctx: UnitContext, known: set[str]) -> Iterator[tuple[str, float]]:
    """Conditions that stand in the unit already, and their opposites."""
    for slot in ctx.loads(ast.Compare, ast.Call, ast.UnaryOp):
        node = slot.node
        if slot.field in ("test", "values", "ifs", "operand") and ctx.pure(node):
            names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and n.id in ctx.locals}
            if names <= known:
                text = ctx.inline(node)
                yield text, 0.8
                yield negated(text), 0.8
                for other in _about_others(ctx, node, text):
                    yield other, 0.5
                    yield negated(other), 0.5


def _about_others(ctx: UnitContext, node: ast.expr, text: str) -> Iterator[str]:
    """The condition with another constant of the module, named in the same style, in place of the one it names."""
    for name in {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} & ctx.module.constants:
        alike = [other for other in ctx.module.constants if other != name and other.isupper() == name.isupper()]
        for other in sorted(alike, key=lambda o: (-len(set(o.split("_")) & set(name.split("_"))), o))[:MOST_PREDICATES]:
            yield re.sub(rf"\b{name}\b", other, text)


def _of_one(text: str, kinds: frozenset[str]) -> Iterator[tuple[str, float]]:
    yield f"not {text}", 1.0
    yield text, 0.9
    if not kinds or "NoneType" in kinds:
        # Where None was seen, it is more likely meant than whatever else is false.
        yield f"{text} is None", 1.3 if kinds else 1.0
        yield f"{text} is not None", 1.3 if kinds else 1.0
    if kinds & _NUMBERS:
        for condition, weight in _OF_A_NUMBER.items():
            yield f"{text} {condition}", weight
    if "str" in kinds:
        for method, weight in _OF_A_TEXT.items():
            yield f"{text}.{method}", weight
            yield f"not {text}.{method}", weight * 0.8
    if kinds & _SIZED:
        for condition, weight in _OF_A_LENGTH.items():
            yield f"len({text}) {condition}", weight
    if kinds & {"date", "datetime"}:
        yield f"{text}.weekday() < 5", 0.8
        yield f"{text}.weekday() >= 5", 0.8
    several = len(kinds - {"NoneType"}) > 1
    for kind in sorted(kinds & {"int", "str", "list", "dict", "tuple", "float", "bool", "set"}):
        yield f"isinstance({text}, {kind})", 1.0 if several else 0.4
        yield f"not isinstance({text}, {kind})", 1.0 if several else 0.5


def _of_two(one: str, one_kinds: frozenset[str], two: str, two_kinds: frozenset[str]) -> Iterator[tuple[str, float]]:
    alike = not one_kinds or not two_kinds or one_kinds & two_kinds or (one_kinds & _NUMBERS and two_kinds & _NUMBERS)
    if alike:
        for operator, weight in (("==", 0.6), ("!=", 0.6), ("<", 0.5), (">", 0.5), ("<=", 0.5), (">=", 0.5)):
            if operator in ("==", "!=") or (one_kinds | two_kinds) & (_NUMBERS | {"str", "tuple", "date", "datetime"}):
                yield f"{one} {operator} {two}", weight
    if one_kinds & _SIZED and two_kinds & _SIZED:
        for operator, weight in (("==", 0.4), ("!=", 0.4), ("<", 0.3), (">", 0.3)):
            yield f"len({one}) {operator} len({two})", weight
    for inner, holder, kinds in ((one, two, two_kinds), (two, one, one_kinds)):
        if kinds & _SIZED:
            yield f"{inner} in {holder}", 0.6
            yield f"{inner} not in {holder}", 0.6
    for index, holder, index_kinds, kinds in (
        (one, two, one_kinds, two_kinds),
        (two, one, two_kinds, one_kinds),
    ):
        if "int" in index_kinds and kinds & {"list", "str", "tuple"}:
            yield f"{index} < len({holder})", 0.5
            yield f"{index} >= len({holder})", 0.5
            yield f"{index} == len({holder}) - 1", 0.4
            yield f"{index} > len({holder})", 0.4


def _constants(ctx: UnitContext, kinds: frozenset[str]) -> list[str]:
    """Constants of the unit that an operand of these kinds may be compared with."""
    return [text for text, kind in ctx.notable_constants if not kinds or kind in kinds][:8]
