"""Hashable keys for values: equal for values of one type that are equal, made without running code of the project."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Optional

Key = tuple[str, Hashable]
"""The name of a value's type, and a description of the value."""

PLAIN = (int, float, complex, str, bytes, bool, type(None), range, slice, type)
"""Types whose `repr` describes the value."""
CONTAINERS = (list, tuple, set, frozenset, dict)
"""Types that are described by their elements."""
MAX_REPR = 400
"""Characters of a `repr` that are compared. Chosen by hand."""
MAX_ELEMENTS = 50
"""A container with more elements than this is described by its identity. Chosen by hand."""


def value_key(value: Any) -> Key:
    """Equal for values of one type that are equal, as far as `describe` can tell."""
    return type(value).__name__, describe(value)


def describe(value: Any, depth: int = 3) -> Hashable:
    """Equal for equal plain values and containers of them, up to `depth` levels. Other objects keep their identity."""
    kind = type(value)
    if kind in PLAIN:
        return repr(value)[:MAX_REPR]
    if kind in CONTAINERS and depth and len(value) <= MAX_ELEMENTS:
        if kind is dict:
            return tuple((describe(k, depth - 1), describe(v, depth - 1)) for k, v in value.items())
        inner = [describe(item, depth - 1) for item in value]
        return tuple(sorted(map(repr, inner))) if kind in (set, frozenset) else tuple(inner)
    return id(value)


def truth(value: object) -> Optional[bool]:
    """The truth of a plain value or container; `None` where asking for it could run code of the project."""
    return bool(value) if type(value) in PLAIN or type(value) in CONTAINERS else None
