"""Calls like those that tests make: one value changed, or a value taken from another call."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from .call_recorder import Arguments
from .value_repr import portrait

OWNER = ("self", "cls")


def varied(calls: Sequence[Arguments], most: int, seed: int = 0) -> list[Arguments]:
    """At most `most` calls with one value changed, or one parameter's value taken from another call.

    As many of each call as of any other; equal calls and seeds give equal variations.
    """
    chance = random.Random(seed)
    streams = [_changed(given, calls, chance) for given in calls]
    seen = {portrait(given) for given in calls}
    found: list[Arguments] = []
    while streams and len(found) < most:
        for stream in list(streams):
            given = next(stream, None)
            if given is None:
                streams.remove(stream)
                continue
            shown = portrait(given)
            if shown not in seen:
                seen.add(shown)
                found.append(given)
    return found[:most]


def _changed(given: Arguments, calls: Sequence[Arguments], chance: random.Random) -> Iterator[Arguments]:
    ways = [(name, way) for name, value in given.items() if name not in OWNER for way in near(value, chance)]
    chance.shuffle(ways)
    yield from ({**given, name: way} for name, way in ways)
    for _ in range(4):
        name, other = chance.choice(list(given) or [""]), chance.choice(calls)
        if name in other and name not in OWNER:
            yield {**given, name: other[name]}
    for _ in range(8):
        if len(ways) > 1:
            yield {**given, **dict(chance.sample(ways, 2))}


def near(value: Any, chance: random.Random) -> list[Any]:
    """Values like a plain one; none for any other."""
    ways = _WAYS.get(type(value))
    return ways(value, chance) if ways else []


def _near_number(value: Any, chance: random.Random) -> list[Any]:
    kind = type(value)
    return [value + 1, value - 1, kind(0), kind(1), -value, 2 * value]


def _near_text(value: Any, chance: random.Random) -> list[Any]:
    half, space = len(value) // 2, " " if type(value) is str else b" "
    inside = [value[:half] + value[half + 1 :], value[:half] + value[:1] + value[half:], value.swapcase()]
    return [*_of_other_length(value), *inside, value + space]


def _near_sequence(value: Any, chance: random.Random) -> list[Any]:
    kind = type(value)
    found = [*_of_other_length(value), value[:1] + value]
    for position in chance.sample(range(len(value)), min(3, len(value))):
        others = _few(near(value[position], chance), chance)
        found += [value[:position] + kind([other]) + value[position + 1 :] for other in others]
    return found


def _near_set(value: Any, chance: random.Random) -> list[Any]:
    ordered = sorted(value, key=portrait)
    return [type(value)(some) for some in ([], ordered[1:], ordered[:-1])]


def _of_other_length(value: Any) -> list[Any]:
    """A sequence shorter, longer, empty, and turned round."""
    return [value[:-1], value[1:], value[:0], value + value[-1:], value[::-1]]


def _near_dict(value: dict[Any, Any], chance: random.Random) -> list[Any]:
    found: list[Any] = [{}]
    for key in chance.sample(list(value), min(3, len(value))):
        found.append({k: v for k, v in value.items() if k is not key})
        found += [{**value, key: other} for other in _few(near(value[key], chance), chance)]
    return found


def _few(values: Sequence[Any], chance: random.Random) -> list[Any]:
    return chance.sample(list(values), min(3, len(values)))


_WAYS: dict[type, Callable[[Any, random.Random], list[Any]]] = {
    bool: lambda value, _: [not value],
    int: _near_number,
    float: _near_number,
    str: _near_text,
    bytes: _near_text,
    list: _near_sequence,
    tuple: _near_sequence,
    set: _near_set,
    frozenset: _near_set,
    dict: _near_dict,
}
"""By the very type of a value: what a class derived from these means is its own affair."""
