"""A text for any value, without addresses: equal for values that a reader would take for the same."""

from __future__ import annotations

import enum
import os
import re
from typing import Any

MAX_DEPTH = 5
"""Levels of nested containers and objects that are shown. Chosen by hand."""
MAX_ITEMS, MAX_LENGTH = 300, 4000
"""Items of one container or object, and characters of one value, that are shown. Chosen by hand.

A longer text is cut, and its length and hash follow, so that it still differs from others.
"""
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
BUILTIN_BASES = (int, float, str, bytes, list, tuple, dict, set, frozenset)
"""For an object of a class derived from one of these, the value as that type is shown beside its attributes."""


def value_repr(value: Any, depth: int = MAX_DEPTH) -> str:
    """Builtin values as Python writes them, floats with 12 digits, other objects by their class and attributes."""
    kind = type(value)
    if kind is float:
        return repr(float(f"{value:.12g}"))
    if kind in (int, bool, str, bytes, complex, range, slice) or value is None:
        return _limited(repr(value))
    if not depth:
        return f"<{kind.__name__}>"
    if kind in (list, tuple, set, frozenset, dict):
        return _limited(_of_container(value, depth - 1))
    if isinstance(value, (type, type(value_repr))):
        return getattr(value, "__qualname__", kind.__name__)
    return _limited(_of_object(value, depth - 1))


def _of_container(value: Any, depth: int) -> str:
    kind = type(value)
    if kind is dict:
        pairs = [f"{value_repr(k, depth)}: {value_repr(v, depth)}" for k, v in list(value.items())[:MAX_ITEMS]]
        return "{" + ", ".join(pairs) + "}"
    items = [value_repr(item, depth) for item in list(value)[:MAX_ITEMS]]
    if kind in (set, frozenset):
        inner = "{" + ", ".join(sorted(items)) + "}"
        return f"{kind.__name__}({inner if items else ''})" if kind is frozenset or not items else inner
    return f"[{', '.join(items)}]" if kind is list else f"({', '.join(items)}{',' * (len(items) == 1)})"


def _of_object(value: Any, depth: int) -> str:
    kind = type(value)
    if isinstance(value, enum.Enum):
        return f"{kind.__name__}.{value.name}"
    attributes = dict(getattr(value, "__dict__", {}))
    slots = getattr(kind, "__slots__", ())
    for name in [slots] if isinstance(slots, str) else slots:
        if hasattr(value, name):
            attributes[name] = getattr(value, name)
    base = next((base for base in BUILTIN_BASES if isinstance(value, base)), None)
    if isinstance(value, os.PathLike) or (base is None and not attributes):
        return ADDRESS.sub("", repr(value))  # only its own repr shows its state, as for a date or an array
    if base is not None:
        attributes["*"] = base(value)
    inner = ", ".join(f"{name}={value_repr(inner, depth)}" for name, inner in list(attributes.items())[:MAX_ITEMS])
    return f"{kind.__name__}({inner})"


def _limited(text: str) -> str:
    return text if len(text) <= MAX_LENGTH else f"{text[:MAX_LENGTH]}... {len(text)} {hash(text)}"
