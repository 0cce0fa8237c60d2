"""Small numbers for the values of expressions: equal for values of one line that are equal and have the same type."""

from __future__ import annotations

from typing import Any, Optional

from .value_key import Key, truth, value_key

NO_VALUE = -1
"""The number of an expression that raised an error."""


class ValueNumbers:
    """Numbers the values of each line, from 0 on. `values` are by line and number."""

    def __init__(self) -> None:
        self.values: dict[int, dict[int, Any]] = {}
        self._numbers: dict[int, dict[Key, tuple[int, Optional[bool]]]] = {}
        self._kept: list[Any] = []

    def number(self, line: int, value: Any) -> int:
        """The number of `value`."""
        # Kept alive, so that no other object gets the identity by which this one may be described.
        self._kept.append(value)
        key = value_key(value)
        table = self._numbers.setdefault(line, {})
        if key not in table:
            self.values.setdefault(line, {})[len(table)] = value
            table[key] = (len(table), truth(value))
        return table[key][0]

    def truths(self) -> dict[int, dict[int, bool]]:
        """For each line the truth of the values by number, as far as it is known without running the project's code."""
        return {
            line: {number: true for number, true in table.values() if true is not None}
            for line, table in self._numbers.items()
        }
