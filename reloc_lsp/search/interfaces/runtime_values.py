"""Values of expressions while the tests run: where they are probed, and what a probe returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class ProgramPoint:
    """The point before the statement at `line` (of the file), and the expressions to evaluate there.

    For the condition of an `elif` or `while` it is the moment before that condition is evaluated.
    """

    line: int
    expressions: tuple[str, ...]


@dataclass(frozen=True)
class RuntimeValues:
    """The values of expressions at program points while the tests ran.

    A visit is one execution of a program point; visits are counted per line, in order. Values are numbered per
    line: equal numbers mean equal values and types, and -1 means that the evaluation raised an exception.
    """

    vectors: Mapping[int, Mapping[str, tuple[int, ...]]] = field(default_factory=dict)
    """`vectors[line][expression]` is the value's number at each visit."""
    suspiciousness: Mapping[int, tuple[float, ...]] = field(default_factory=dict)
    """`suspiciousness[line]` is, for each visit, how likely it is at fault: 1 in the last call of a failing test, less
    in earlier calls of it, 0 in a passing test."""
    truthiness: Mapping[int, Mapping[int, bool]] = field(default_factory=dict)
    """`truthiness[line]` maps the number of a value to its truth value."""
    last_calls: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """`last_calls[line]` is, for each visit, the failing test in whose last call of the unit it happens, or -1."""
    expected_values: Mapping[int, Mapping[int, frozenset[int]]] = field(default_factory=dict)
    """`expected_values[line][test]` are the numbers of the values that the failing test expects its last call to
    return; only tests whose expectation is known are included."""
    wrong_returns: Mapping[int, int] = field(default_factory=dict)
    """For each of those tests, the line at which its last call returned something else."""
    truncated: frozenset[int] = frozenset()
    """Lines that failing tests visit more often than was recorded."""

    def shifted(self, by: int) -> RuntimeValues:
        """The same values with `by` added to every line number."""

        def moved(table: Mapping[int, Row]) -> dict[int, Row]:
            return {line + by: row for line, row in table.items()}

        return RuntimeValues(
            vectors=moved(self.vectors),
            suspiciousness=moved(self.suspiciousness),
            truthiness=moved(self.truthiness),
            last_calls=moved(self.last_calls),
            expected_values=moved(self.expected_values),
            wrong_returns={test: line + by for test, line in self.wrong_returns.items()},
            truncated=frozenset(line + by for line in self.truncated),
        )


class ValueProbe(Protocol):
    """Evaluates expressions inside the running unit."""

    async def values(
        self, source: str, entry: int, lines: tuple[int, int], points: Sequence[ProgramPoint]
    ) -> RuntimeValues:
        """Run the tests on the unit's lines `source` and evaluate the expressions at `points`.

        The expressions must have no side effects. `entry` is the file's line of the unit's first statement, `lines`
        the first and last line of the file that `source` takes up.
        """
        ...
