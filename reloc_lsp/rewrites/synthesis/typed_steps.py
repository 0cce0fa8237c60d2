"""Small statements about one name, by its possible types.

The weights are relative frequencies, chosen by hand: 1 is the commonest statement about a value of that type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from reloc_lsp.rewrites.synthesis.condition_templates import WeightedText
from reloc_lsp.rewrites.unit_context import UnitContext

StepsOf = Callable[[UnitContext, str, list[str]], Iterator[WeightedText]]
"""Statements about a name, given the other names in scope."""

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


def typed_steps(ctx: UnitContext, name: str, others: list[str]) -> Iterator[WeightedText]:
    """Statements about the name that its types allow, and assignments to it."""
    types = ctx.types_of(name)
    for kinds, steps_of in _STEPS_BY_TYPES:
        if types & kinds:
            yield from steps_of(ctx, name, others)
    yield from _assignments(ctx, name, others)


def _membership_factor(ctx: UnitContext, item: str, container: str) -> float:
    """More where the unit tests whether the item is in the container: then some statement must add it."""
    return 1.8 if (item, container) in ctx.membership_tests else 1.0


def _number_steps(ctx: UnitContext, name: str, others: list[str]) -> Iterator[WeightedText]:
    factor = 0.6 if name in ctx.parameters else 1.0
    if not ctx.types_of(name) <= _NUMBERS:
        factor *= 0.3  # a value of several types is no counter
    for step, weight in _OF_A_NUMBER.items():
        yield f"{name} {step.format(name)}", weight * factor


def _list_steps(ctx: UnitContext, name: str, others: list[str]) -> Iterator[WeightedText]:
    for other in others:
        yield f"{name}.append({other})", 0.7 * _membership_factor(ctx, other, name)
        yield f"{name}.remove({other})", 0.4
        yield f"{name}.insert(0, {other})", 0.15
        if ctx.types_of(other) & {"list", "tuple", "range"} or not ctx.types_of(other):
            yield f"{name}.extend({other})", 0.6
    for method, weight in _OF_A_LIST.items():
        yield name + method, weight
    for step, weight in _ASSIGNED_TO_A_LIST.items():
        yield f"{name} {step.format(name)}", weight


def _deque_steps(ctx: UnitContext, name: str, others: list[str]) -> Iterator[WeightedText]:
    for other in others:
        yield f"{name}.append({other})", 0.7
        yield f"{name}.appendleft({other})", 0.3
    for method, weight in _OF_A_DEQUE.items():
        yield name + method, weight


def _set_steps(ctx: UnitContext, name: str, others: list[str]) -> Iterator[WeightedText]:
    for other in others:
        yield f"{name}.add({other})", 0.9 * _membership_factor(ctx, other, name)
        yield f"{name}.discard({other})", 0.3
        if ctx.types_of(other) & _COLLECTIONS:
            yield f"{name}.update({other})", 0.7
            yield f"{name} -= {other}", 0.4


def _dict_steps(ctx: UnitContext, name: str, others: list[str]) -> Iterator[WeightedText]:
    for other in others:
        for third in others:
            if third != other:
                yield f"{name}[{other}] = {third}", 0.5 * _membership_factor(ctx, other, name)
        yield f"{name}[{other}] = 0", 0.2
        yield f"{name}.pop({other}, None)", 0.3
        yield f"del {name}[{other}]", 0.25
    yield f"{name} = dict({name})", 0.5


def _text_steps(ctx: UnitContext, name: str, others: list[str]) -> Iterator[WeightedText]:
    for step, weight in _ASSIGNED_TO_A_TEXT.items():
        yield f"{name} {step.format(name)}", weight
    for other in others:
        if "str" in ctx.types_of(other):
            yield f"{name} += {other}", 0.5


def _bool_steps(ctx: UnitContext, name: str, others: list[str]) -> Iterator[WeightedText]:
    yield f"{name} = True", 0.8
    yield f"{name} = False", 0.8


def _assignments(ctx: UnitContext, name: str, others: list[str]) -> Iterator[WeightedText]:
    types = ctx.types_of(name)
    for other in others:
        if ctx.types_of(other) & types or not types:
            yield f"{name} = {other}", 0.5
            if types & {"int", "float"}:
                yield f"{name} += {other}", 0.4
                yield f"{name} -= {other}", 0.3
    for value in sorted(ctx.module.known_values.get(name, ())):
        yield f"{name} = {value}", 0.6
    if types <= {"NoneType"}:
        yield f"{name} = []", 0.3


_STEPS_BY_TYPES: tuple[tuple[frozenset[str], StepsOf], ...] = (
    (frozenset({"int", "float"}), _number_steps),
    (frozenset({"list"}), _list_steps),
    (frozenset({"deque"}), _deque_steps),
    (frozenset({"set"}), _set_steps),
    (frozenset({"dict"}), _dict_steps),
    (frozenset({"str"}), _text_steps),
    (frozenset({"bool"}), _bool_steps),
)
