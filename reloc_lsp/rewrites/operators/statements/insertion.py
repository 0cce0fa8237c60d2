"""Missing statements: guards, steps, and copies of statements that stand elsewhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from reloc_lsp.rewrites.analysis.condition_synthesis import UNUSED_NAME, conditions, names_in
from reloc_lsp.rewrites.analysis.purity import pure_text
from reloc_lsp.rewrites.rewrite import GuardInsertion, Rewrite
from reloc_lsp.rewrites.source.statement_edits import insert_after, insert_around, insert_before
from reloc_lsp.rewrites.source.unit_context import UnitContext
from reloc_lsp.rewrites.source.unit_source import Statement, abbreviated

StepsOf = Callable[[UnitContext, str, list[str]], Iterator[tuple[str, float]]]
"""Statements about a name of one kind, given the other names in scope, each with a weight."""

MOST_ACTIONS = 14
MOST_STEPS = 110
MOST_GUARDS = 8
MOST_GUARDED = 14
_JUMPS = re.compile(r"break|continue|return")
_PLAIN_VALUES = {
    "None": 0.6, "False": 0.6, "True": 0.6, "0": 0.7, "[]": 0.7, "''": 0.6, "1": 0.4, "-1": 0.4, "{}": 0.4, "()": 0.2,
    "set()": 0.2, "0.0": 0.3,
}  # fmt: skip
_NUMBERS = frozenset({"int", "float", "bool", "NoneType"})
_OF_A_NUMBER = {
    "+= 1": 1.0, "-= 1": 0.8, "= 0": 0.7, "= 1": 0.3, "= abs({})": 0.4, "//= 10": 0.1, "= -{}": 0.3,
}  # fmt: skip
_COLLECTIONS = frozenset({"set", "frozenset", "list", "tuple", "dict", "dict_keys"})
_OF_A_DEQUE = {".popleft()": 0.5, ".pop()": 0.4, ".clear()": 0.3}
_OF_A_LIST = {".sort()": 0.7, ".reverse()": 0.6, ".pop()": 0.6, ".clear()": 0.3}
_ASSIGNED_TO_A_LIST = {"= []": 0.7, "= sorted({})": 0.6, "= list({})": 0.6, "= {}[::-1]": 0.3, "= {}[1:]": 0.2}
_ASSIGNED_TO_A_TEXT = {
    "= {}.lower()": 0.7, "= {}.strip()": 0.7, "= {}.upper()": 0.4, "= ''": 0.7, "= {}[::-1]": 0.2, "= {}[1:]": 0.2,
}  # fmt: skip


def insert_guard(ctx: UnitContext) -> Iterator[Rewrite]:
    """`if condition: return value`, `continue`, `break` or `raise` before a statement."""
    for place in ctx.places:
        ways = actions(ctx, place)
        for condition, weight in conditions(ctx, place.node, wanted=True).items():
            for action, likely in ways:
                edit = insert_before(ctx, place.node, [f"if {condition}:", f">{action}"])
                if edit is not None:
                    said = f"`if {abbreviated(condition)}: {abbreviated(action)}` is added"
                    value = action.removeprefix("return ") if action.startswith("return ") else None
                    guard = GuardInsertion(ctx.line(place.node), condition, None if ctx.recursive else value)
                    first = place.index == 0 or place.node is ctx.body[0]
                    yield Rewrite(
                        (edit,),
                        "guard",
                        said,
                        ctx.line(place.node),
                        weight * likely * (1.0 if first else 0.5),
                        guard,
                    )


def insert_else(ctx: UnitContext) -> Iterator[Rewrite]:
    """An `if` without `else` gets one."""
    for place in ctx.places:
        node = place.node
        if isinstance(node, ast.If) and not node.orelse and ctx.alone(node.body[-1]):
            for action, likely in [*actions(ctx, place), *_steps(ctx, place)]:
                edit = insert_after(ctx, node.body[-1], ["else:", f">{action}"], like=node)
                if edit is not None:
                    yield Rewrite(
                        (edit,),
                        "else",
                        f"`else: {abbreviated(action)}` is added",
                        ctx.line(node.body[-1]),
                        likely * 0.7,
                    )


def insert_step(ctx: UnitContext) -> Iterator[Rewrite]:
    """A small statement before or after another: a jump, a counter, a collection's method, a changed name."""
    for place in ctx.places:
        for step, likely in _steps(ctx, place):
            for edit in insert_around(ctx, place, [step]):
                yield Rewrite((edit,), "insertion", f"`{abbreviated(step)}` is added", ctx.line(place.node), likely)


def insert_guarded_step(ctx: UnitContext) -> Iterator[Rewrite]:
    """A small statement, done only under a condition; one about the same things first."""
    for place in ctx.places:
        useful = list(conditions(ctx, place.node, wanted=True).items())[:MOST_GUARDS]
        steps_here = [(step, liking) for step, liking in _steps(ctx, place) if not _JUMPS.match(step)] if useful else []
        for condition, weight in useful:
            about = names_in(condition)
            likely = sorted((-liking * (1.0 if names_in(step) & about else 0.4), step) for step, liking in steps_here)
            for liking, step in likely[:MOST_GUARDED]:
                edit = insert_before(ctx, place.node, [f"if {condition}:", f">{step}"])
                if edit is not None:
                    line = ctx.line(place.node)
                    said = f"`if {abbreviated(condition)}: {abbreviated(step)}` is added"
                    yield Rewrite(
                        (edit,), "guarded step", said, line, weight * -liking, GuardInsertion(line, condition)
                    )


def actions(ctx: UnitContext, place: Statement) -> list[tuple[str, float]]:
    """The likeliest ways to leave."""
    return sorted(_all_actions(ctx, place), key=lambda action: -action[1])[:MOST_ACTIONS]


def returnable(ctx: UnitContext, place: Statement) -> list[str]:
    """Expressions free of effects that the likeliest ways to leave would return."""
    texts = [action.removeprefix("return ") for action, _ in actions(ctx, place) if action.startswith("return ")]
    return [text for text in texts if pure_text(text)]


def _steps(ctx: UnitContext, place: Statement) -> list[tuple[str, float]]:
    """The likeliest statements; those on names that the unit does not read come first."""
    found = dict(_all_steps(ctx, place))
    for step in found if ctx.unused else ():
        if any(name in re.findall(r"\w+", step) for name in ctx.unused):
            found[step] *= UNUSED_NAME
    return sorted(found.items(), key=lambda step: -step[1])[:MOST_STEPS]


def _all_actions(ctx: UnitContext, place: Statement) -> Iterator[tuple[str, float]]:
    """Ways to leave: values that the unit returns elsewhere, plain ones, parameters."""
    returned = [ctx.inline(s.value) for s in _returns(ctx) if s.value is not None]
    values = {text: 1.0 for text in returned if len(text) <= 30}
    generator = any(isinstance(n, ast.Yield | ast.YieldFrom) for n in ast.walk(ctx.function))
    if generator or not returned:
        yield "return", 1.0
    if not generator:
        for name in ctx.bound_before(place.node)[:8]:
            values.setdefault(name, 0.7)
        for text, weight in _PLAIN_VALUES.items():
            values.setdefault(text, weight)
        for text, weight in values.items():
            yield f"return {text}", weight
    if place.loop:
        yield "continue", 1.2
        yield "break", 1.0
    if place.handler:
        yield "raise", 2.5
    for error in ctx.module.expected_exceptions:
        yield f"raise {error}", 2.0
    for error in _raised(ctx):
        yield error, 0.7


def _all_steps(ctx: UnitContext, place: Statement) -> Iterator[tuple[str, float]]:
    """Statements made from names in scope, by their types."""
    names = [*ctx.bound_before(place.node), *ctx.fields]
    if place.loop:
        yield "break", 0.7
        yield "continue", 0.7
    for name in names:
        kinds = ctx.types(name)
        for kind, operator in _STEPS_BY_KIND:
            if kinds & kind:
                yield from operator(ctx, name, [other for other in names if other != name])
        yield from _assignments(ctx, name, [other for other in names if other != name])
    yield from _links(ctx, ctx.bound_before(place.node))
    if "self" in ctx.self_names:
        yield from _steps_of_self(ctx, ctx.bound_before(place.node))
    if not _ends(ctx):
        for name in names:
            yield f"return {name}", 0.8


def _asked(ctx: UnitContext, item: str, holder: str) -> float:
    """More where the unit asks whether the item is in the holder: something must have put it there."""
    return 1.8 if (item, holder) in ctx.memberships else 1.0


def _number_steps(ctx: UnitContext, name: str, others: list[str]) -> Iterator[tuple[str, float]]:
    likely = 0.6 if name in ctx.parameters else 1.0
    if not ctx.types(name) <= _NUMBERS:
        likely *= 0.3  # what is a number now and then is no counter
    for step, weight in _OF_A_NUMBER.items():
        yield f"{name} {step.format(name)}", weight * likely


def _list_steps(ctx: UnitContext, name: str, others: list[str]) -> Iterator[tuple[str, float]]:
    for other in others:
        yield f"{name}.append({other})", 0.7 * _asked(ctx, other, name)
        yield f"{name}.remove({other})", 0.4
        yield f"{name}.insert(0, {other})", 0.15
        if ctx.types(other) & {"list", "tuple", "range"} or not ctx.types(other):
            yield f"{name}.extend({other})", 0.6
    for method, weight in _OF_A_LIST.items():
        yield name + method, weight
    for step, weight in _ASSIGNED_TO_A_LIST.items():
        yield f"{name} {step.format(name)}", weight


def _deque_steps(ctx: UnitContext, name: str, others: list[str]) -> Iterator[tuple[str, float]]:
    for other in others:
        yield f"{name}.append({other})", 0.7
        yield f"{name}.appendleft({other})", 0.3
    for method, weight in _OF_A_DEQUE.items():
        yield name + method, weight


def _set_steps(ctx: UnitContext, name: str, others: list[str]) -> Iterator[tuple[str, float]]:
    for other in others:
        yield f"{name}.add({other})", 0.9 * _asked(ctx, other, name)
        yield f"{name}.discard({other})", 0.3
        if ctx.types(other) & _COLLECTIONS:
            yield f"{name}.update({other})", 0.7
            yield f"{name} -= {other}", 0.4


def _dict_steps(ctx: UnitContext, name: str, others: list[str]) -> Iterator[tuple[str, float]]:
    for other in others:
        for third in others:
            if third != other:
                yield f"{name}[{other}] = {third}", 0.5 * _asked(ctx, other, name)
        yield f"{name}[{other}] = 0", 0.2
        yield f"{name}.pop({other}, None)", 0.3
        yield f"del {name}[{other}]", 0.25
    yield f"{name} = dict({name})", 0.5


def _text_steps(ctx: UnitContext, name: str, others: list[str]) -> Iterator[tuple[str, float]]:
    for step, weight in _ASSIGNED_TO_A_TEXT.items():
        yield f"{name} {step.format(name)}", weight
    for other in others:
        if "str" in ctx.types(other):
            yield f"{name} += {other}", 0.5


def _bool_steps(ctx: UnitContext, name: str, others: list[str]) -> Iterator[tuple[str, float]]:
    yield f"{name} = True", 0.8
    yield f"{name} = False", 0.8


def _assignments(ctx: UnitContext, name: str, others: list[str]) -> Iterator[tuple[str, float]]:
    kinds = ctx.types(name)
    for other in others:
        if ctx.types(other) & kinds or not kinds:
            yield f"{name} = {other}", 0.5
            if kinds & {"int", "float"}:
                yield f"{name} += {other}", 0.4
                yield f"{name} -= {other}", 0.3
    for state in sorted(ctx.module.states.get(name, ())):
        yield f"{name} = {state}", 0.6
    if kinds <= {"NoneType"}:
        yield f"{name} = []", 0.3


def _links(ctx: UnitContext, names: list[str]) -> Iterator[tuple[str, float]]:
    """Objects of one class joined to each other, or parted, by an attribute that the unit reads."""
    read: dict[str, set[str]] = {}
    for slot in ctx.loads(ast.Attribute):
        node = slot.node
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and slot.field != "func":
            read.setdefault(node.value.id, set()).add(node.attr)
    for name in names:
        alike = [other for other in names if ctx.types(name) & ctx.types(other) - {"NoneType"}]
        attributes = {attribute for other in alike for attribute in read.get(other, ())}
        for attribute in sorted(attributes) if name not in ("self", "cls") else ():
            yield f"{name}.{attribute} = None", 0.5
            for other in alike:
                if other != name:
                    yield f"{name}.{attribute} = {other}", 0.5


def _steps_of_self(ctx: UnitContext, names: list[str]) -> Iterator[tuple[str, float]]:
    for attribute in ctx.module.attributes.get("self", {}):
        if attribute not in ctx.module.methods and f"self.{attribute}" not in ctx.fields:
            yield f"self.{attribute} += 1", 0.3
            yield f"self.{attribute} = None", 0.2
            yield f"self.{attribute} = 0", 0.2
            for other in names[:5]:
                yield f"self.{attribute} = {other}", 0.4
                yield f"self.{attribute}.append({other})", 0.3
                yield f"self.{attribute}.add({other})", 0.3
    for method in sorted(ctx.module.methods):
        if not method.startswith("__"):
            yield f"self.{method}()", 0.3


_STEPS_BY_KIND: tuple[tuple[frozenset[str], StepsOf], ...] = (
    (frozenset({"int", "float"}), _number_steps),
    (frozenset({"list"}), _list_steps),
    (frozenset({"deque"}), _deque_steps),
    (frozenset({"set"}), _set_steps),
    (frozenset({"dict"}), _dict_steps),
    (frozenset({"str"}), _text_steps),
    (frozenset({"bool"}), _bool_steps),
)


def _returns(ctx: UnitContext) -> list[ast.Return]:
    return [p.node for p in ctx.statements if isinstance(p.node, ast.Return)]


def _raised(ctx: UnitContext) -> list[str]:
    return [
        text
        for p in ctx.statements
        if isinstance(p.node, ast.Raise) and len(text := ctx.inline_statement(p.node)) <= 80
    ]


def _ends(ctx: UnitContext) -> bool:
    return isinstance(ctx.body[-1], ast.Return | ast.Raise)
