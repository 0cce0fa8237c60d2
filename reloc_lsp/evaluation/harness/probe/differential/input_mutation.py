"""Mutated inputs: calls like those of the tests, with one value changed or taken from another call."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from ..values.value_repr import value_repr
from .call_recorder import Arguments

OWNERS = ("self", "cls")
"""Parameters that are never changed."""
SWAPS, DOUBLE_MUTATIONS = 4, 8
"""For each call: attempts to take a value from another call, and calls with two changed values. Chosen by hand."""
MAX_MUTATED_PARTS = 3
"""Elements of a sequence or dict that are changed, and changes that are tried for each. Chosen by hand."""
MAX_GENERATIONS = 3
"""Mutations of mutations of mutations of a test's call are the furthest from it that are made. Chosen by hand."""


def mutated_inputs(
    calls: Sequence[Arguments], limit: int, constants: Collection[object] = (), seed: int = 0
) -> list[Arguments]:
    """At most `limit` calls that differ from each other and from `calls`.

    They are taken from the mutations of each of `calls` in turn. If these are few, their own mutations follow, which
    are further from the tests. `constants` are those of the unit: its branches depend on them. Equal calls, constants
    and seeds give equal inputs.
    """
    chance = random.Random(seed)
    seen = {value_repr(arguments) for arguments in calls}
    found: list[Arguments] = []
    parents = list(calls)
    for _ in range(MAX_GENERATIONS):
        streams = [_mutated(arguments, calls, constants, chance) for arguments in parents]
        parents = list(itertools.islice(_unseen(streams, seen), limit - len(found)))
        found += parents
    return found


def _unseen(streams: list[Iterator[Arguments]], seen: set[str]) -> Iterator[Arguments]:
    """The calls of each stream in turn, each only once; `seen` holds what was taken."""
    while streams:
        for stream in list(streams):
            arguments = next(stream, None)
            if arguments is None:
                streams.remove(stream)
                continue
            shown = value_repr(arguments)
            if shown not in seen:
                seen.add(shown)
                yield arguments


def _mutated(
    arguments: Arguments, calls: Sequence[Arguments], constants: Collection[object], chance: random.Random
) -> Iterator[Arguments]:
    changes = [
        (name, new)
        for name, value in arguments.items()
        if name not in OWNERS
        for new in mutations(value, chance, constants)
    ]
    chance.shuffle(changes)
    yield from ({**arguments, name: new} for name, new in changes)
    for _ in range(SWAPS):
        name, other = chance.choice(list(arguments) or [""]), chance.choice(calls)
        if name in other and name not in OWNERS:
            yield {**arguments, name: other[name]}
    for _ in range(DOUBLE_MUTATIONS):
        if len(changes) > 1:
            yield {**arguments, **dict(chance.sample(changes, 2))}


def mutations(value: Any, chance: random.Random, constants: Collection[object] = ()) -> list[Any]:
    """Values of the same type that are close to a builtin value, and the `constants` of its type; none for others."""
    mutate = _MUTATIONS.get(type(value))
    if not mutate:
        return []
    return [*mutate(value, chance, constants), *(other for other in constants if type(other) is type(value))]


def _of_number(value: Any, chance: random.Random, constants: Collection[object]) -> list[Any]:
    kind = type(value)
    return [value + 1, value - 1, kind(0), kind(1), -value, 2 * value, kind(value // 2)]


def _of_text(value: Any, chance: random.Random, constants: Collection[object]) -> list[Any]:
    kind, half = type(value), len(value) // 2
    space = " " if kind is str else b" "
    inside = [value[:half] + value[half + 1 :], value[:half] + value[:1] + value[half:], value.swapcase()]
    known = [value[:half] + other + value[half:] for other in constants if type(other) is kind]
    return [*_of_other_shape(value), *inside, value + space, *_some(known, chance)]


def _of_sequence(value: Any, chance: random.Random, constants: Collection[object]) -> list[Any]:
    kind = type(value)
    found = [*_of_other_shape(value), value[:1] + value, value + value, kind(chance.sample(value, len(value)))]
    for position in chance.sample(range(len(value)), min(MAX_MUTATED_PARTS, len(value))):
        others = _some(mutations(value[position], chance, constants), chance)
        found += [value[:position] + kind([other]) + value[position + 1 :] for other in [*others, chance.choice(value)]]
    return found


def _of_set(value: Any, chance: random.Random, constants: Collection[object]) -> list[Any]:
    ordered = sorted(value, key=value_repr)
    found = [type(value)(items) for items in ([], ordered[1:], ordered[:-1])]
    for item in _some(ordered, chance):
        found += [type(value)([*ordered, other]) for other in _some(mutations(item, chance, constants), chance)]
    return found


def _of_other_shape(value: Any) -> list[Any]:
    """The sequence without its last or first item, empty, with its last item twice, and reversed."""
    return [value[:-1], value[1:], value[:0], value + value[-1:], value[::-1]]


def _of_dict(value: dict[Any, Any], chance: random.Random, constants: Collection[object]) -> list[Any]:
    found: list[Any] = [{}]
    for key in chance.sample(list(value), min(MAX_MUTATED_PARTS, len(value))):
        found.append({k: v for k, v in value.items() if k is not key})
        found += [{**value, key: other} for other in _some(mutations(value[key], chance, constants), chance)]
    return found


def _some(values: Sequence[Any], chance: random.Random) -> list[Any]:
    return chance.sample(list(values), min(MAX_MUTATED_PARTS, len(values)))


_MUTATIONS: dict[type, Callable[[Any, random.Random, Collection[object]], list[Any]]] = {
    bool: lambda value, *_: [not value],
    int: _of_number,
    float: _of_number,
    str: _of_text,
    bytes: _of_text,
    list: _of_sequence,
    tuple: _of_sequence,
    set: _of_set,
    frozenset: _of_set,
    dict: _of_dict,
}
"""By the exact type of a value. A subclass may restrict its values, so its objects are left alone."""
