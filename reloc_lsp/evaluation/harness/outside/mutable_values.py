"""The builtin and standard objects that change: their contents go over, and each process fills its own object in place.

The methods are taken from the types themselves, so that a class of the project that overrides one is not run.
"""

from __future__ import annotations

import argparse
import array
import base64
import collections
import io
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .errors import Impossible

Parts = Sequence[Any]


@dataclass(frozen=True)
class MutableValue:
    """How the contents of a `kind` are listed, an empty one is made, and one is filled.

    `create` gets the listed contents too, for what cannot be changed later; `fill` gets the built ones.
    """

    kind: type
    contents: Callable[[Any], Parts]
    fill: Callable[[Any, Parts], object]
    create: Callable[[Any, Parts], Any] = lambda kind, _: kind.__new__(kind)


def _pairs(value: Any) -> Parts:
    return [part for pair in dict.items(value) for part in pair]


def _fill_mapping(kind: Any) -> Callable[[Any, Parts], object]:
    def fill(value: Any, parts: Parts) -> None:
        kind.clear(value)
        for key, item in zip(parts[::2], parts[1::2]):  # noqa: B905 - Python 3.9
            kind.__setitem__(value, key, item)

    return fill


def _fill_set(value: Any, parts: Parts) -> None:
    set.clear(value)
    set.update(value, parts)


def _fill_defaultdict(value: Any, parts: Parts) -> None:
    value.default_factory = parts[0]
    _fill_mapping(dict)(value, parts[1:])


def _fill_deque(value: Any, parts: Parts) -> None:
    collections.deque.clear(value)
    collections.deque.extend(value, parts[1:])


def _create_deque(kind: type, parts: Parts) -> Any:
    if not (parts[0] is None or type(parts[0]) is int):
        raise Impossible("a deque has a strange length")
    return collections.deque(maxlen=parts[0])


def _fill_namespace(value: Any, parts: Parts) -> None:
    names = parts[::2]
    if not all(type(name) is str for name in names):
        raise Impossible("an attribute has a strange name")
    value.__dict__.clear()
    value.__dict__.update(zip(names, parts[1::2]))  # noqa: B905 - Python 3.9


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _fill_stream(value: Any, content: Any, position: Any) -> None:
    value.seek(0)
    value.truncate()
    value.write(content)
    value.seek(position)


def _create_array(kind: type, parts: Parts) -> Any:
    try:
        return array.array(parts[0])
    except (TypeError, ValueError):
        raise Impossible("an array has a strange type") from None


def _fill_array(value: Any, parts: Parts) -> None:
    del value[:]
    value.frombytes(base64.b64decode(parts[1]))


_LISTED = [
    MutableValue(list, list.copy, lambda value, parts: list.__setitem__(value, slice(None), parts)),
    MutableValue(dict, _pairs, _fill_mapping(dict)),
    MutableValue(set, list, _fill_set),
    MutableValue(collections.OrderedDict, _pairs, _fill_mapping(collections.OrderedDict)),
    MutableValue(collections.Counter, _pairs, _fill_mapping(dict)),
    MutableValue(collections.defaultdict, lambda value: [value.default_factory, *_pairs(value)], _fill_defaultdict),
    MutableValue(collections.deque, lambda value: [value.maxlen, *value], _fill_deque, _create_deque),
    MutableValue(
        bytearray,
        lambda value: [_text(bytes(value))],
        lambda value, parts: bytearray.__setitem__(value, slice(None), base64.b64decode(parts[0])),
    ),
    *(
        MutableValue(kind, lambda value: [part for pair in vars(value).items() for part in pair], _fill_namespace)
        for kind in (types.SimpleNamespace, argparse.Namespace)
    ),
    MutableValue(
        io.StringIO,
        lambda value: [value.getvalue(), value.tell()],
        lambda value, parts: _fill_stream(value, parts[0], parts[1]),
        lambda kind, _: kind(),
    ),
    MutableValue(
        io.BytesIO,
        lambda value: [_text(value.getvalue()), value.tell()],
        lambda value, parts: _fill_stream(value, base64.b64decode(parts[0]), parts[1]),
        lambda kind, _: kind(),
    ),
    MutableValue(array.array, lambda value: [value.typecode, _text(value.tobytes())], _fill_array, _create_array),
]

BY_TYPE = {entry.kind: entry for entry in _LISTED}
BY_NAME = {entry.kind.__name__: entry for entry in _LISTED}
