"""What a value looks like: a text that is equal for values nobody would tell apart, without addresses."""

from __future__ import annotations

import enum
import os
import re
from typing import Any

DEEPEST = 5
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
PLAIN = (int, float, str, bytes, list, tuple, dict, set, frozenset)
MOST_ITEMS, MOST_LETTERS = 300, 4000


def portrait(value: Any, depth: int = DEEPEST) -> str:
    """Plain values as Python writes them, floats to 12 digits, other objects by their class and variables."""
    kind = type(value)
    if kind is float:
        return repr(float(f"{value:.12g}"))
    if kind in (int, bool, str, bytes, complex, range, slice) or value is None:
        return _bounded(repr(value))
    if not depth:
        return f"<{kind.__name__}>"
    if kind in (list, tuple, set, frozenset, dict):
        return _bounded(_of_container(value, depth - 1))
    if isinstance(value, (type, type(portrait))):
        return getattr(value, "__qualname__", kind.__name__)
    return _bounded(_of_object(value, depth - 1))


def _of_container(value: Any, depth: int) -> str:
    kind = type(value)
    if kind is dict:
        pairs = [f"{portrait(k, depth)}: {portrait(v, depth)}" for k, v in list(value.items())[:MOST_ITEMS]]
        return "{" + ", ".join(pairs) + "}"
    items = [portrait(item, depth) for item in list(value)[:MOST_ITEMS]]
    if kind in (set, frozenset):
        inner = "{" + ", ".join(sorted(items)) + "}"
        return f"{kind.__name__}({inner if items else ''})" if kind is frozenset or not items else inner
    return f"[{', '.join(items)}]" if kind is list else f"({', '.join(items)}{',' * (len(items) == 1)})"


def _of_object(value: Any, depth: int) -> str:
    kind = type(value)
    if isinstance(value, enum.Enum):
        return f"{kind.__name__}.{value.name}"
    variables = dict(getattr(value, "__dict__", {}))
    slots = getattr(kind, "__slots__", ())
    for name in [slots] if isinstance(slots, str) else slots:
        if hasattr(value, name):
            variables[name] = getattr(value, name)
    plain = next((base for base in PLAIN if isinstance(value, base)), None)
    if isinstance(value, os.PathLike) or (plain is None and not variables):
        return ADDRESS.sub("", repr(value))  # its state is its type's secret, as that of a date or an array
    if plain is not None:
        variables["*"] = plain(value)
    inner = ", ".join(f"{name}={portrait(inner, depth)}" for name, inner in list(variables.items())[:MOST_ITEMS])
    return f"{kind.__name__}({inner})"


def _bounded(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]}... {len(text)} {hash(text)}"
