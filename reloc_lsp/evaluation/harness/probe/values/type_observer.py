"""The types that names in the unit have at run time, also those of elements, items and attributes."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

CONTAINERS = (list, tuple, set, frozenset)
MAX_ELEMENTS = 50
"""Elements of a container whose types are observed. Chosen by hand."""
MAX_KEYS, MAX_KEY_LENGTH = 12, 20
"""A dict with at most 12 keys is taken for a record: the types of its items are observed, but not under longer keys.
Chosen by hand."""


class TypeObserver:
    """Collects in `types` the names of types: of `name`, `*name` (elements), `name['key']` and `self.attribute`."""

    def __init__(self) -> None:
        self.types: dict[str, set[str]] = {}

    def observe(self, variables: Mapping[str, Any]) -> None:
        """Add the types of the local variables."""
        for name, value in variables.items():
            self._add(name, value)
            if type(value) in CONTAINERS:
                elements = itertools.islice(value, MAX_ELEMENTS)
                self.types.setdefault("*" + name, set()).update(type(element).__name__ for element in elements)
            if type(value) is dict and len(value) <= MAX_KEYS:
                for key, item in value.items():
                    if type(key) is str and len(key) <= MAX_KEY_LENGTH:
                        self._add(f"{name}[{key!r}]", item)
        for name, value in getattr(variables.get("self"), "__dict__", {}).items():
            self._add("self." + name, value)

    def _add(self, name: str, value: object) -> None:
        self.types.setdefault(name, set()).add(type(value).__name__)
