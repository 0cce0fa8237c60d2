"""The searches of a trace, each with its own lines and its own cost."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from reloc_lsp.revision.trace.trace_file import TraceError

Record = Mapping[str, Any]

NODE_FIELDS: Mapping[str, type | tuple[type, ...]] = {
    "node": int, "parent": (int, type(None)), "passed": int, "total": int, "source": str, "origin": str,
    "description": str, "failures": Mapping, "spent": (Mapping, type(None)),
}  # fmt: skip
START_FIELDS: Mapping[str, type | tuple[type, ...]] = {"file": str, "qualname": str, "source": str, "tests": Mapping}

MAX_LOG_SPEED_UP = 20.0
"""The reward of `speed-up` is a logarithm; larger ones would only come from a broken trace."""

MEASURES = {"simplify": "fewer syntax nodes, %", "speed-up": "times as fast"}
SHARED = ("evaluations", "calls", "prompt_tokens", "cached_tokens", "completion_tokens", "money", "seconds")
"""Costs that a trace counts over all its searches, so that a later search includes those before it."""


@dataclass(frozen=True)
class Search:
    """The lines of one search.

    `spent_before` is the cost of the searches before it in the trace, `end` is empty if the search was broken off.
    """

    first: Record
    nodes: Sequence[Record]
    calls: Sequence[Record]
    bests: Sequence[int]
    end: Record
    spent_before: Mapping[str, float]

    @property
    def title(self) -> str:
        """The function and its file."""
        return f"{self.first['qualname']} in {self.first['file']}"

    @property
    def kind(self) -> str:
        """The kind of its objective."""
        objective = self.first.get("objective")
        return str(objective.get("kind")) if isinstance(objective, Mapping) else "fix"

    @property
    def before(self) -> int:
        """How many tests passed before."""
        return sum(outcome == "passed" for outcome in self.first["tests"].values())

    @cached_property
    def after(self) -> int:
        """How many tests pass with the version that passes most."""
        return max((node["passed"] for node in self.nodes), default=self.before)

    @property
    def total(self) -> int:
        """How many tests there are."""
        return max((node["total"] for node in self.nodes), default=len(self.first["tests"]))

    @cached_property
    def path(self) -> Sequence[Record]:
        """The versions from the first to the best one, each made from the one before it."""
        by_number = {node["node"]: node for node in self.nodes}
        number = self.bests[-1] if self.bests and self.bests[-1] in by_number else None
        if number is None and self.nodes:
            number = max(self.nodes, key=lambda node: (self.height(node), -node["node"]))["node"]
        path: list[Record] = []
        while number in by_number:
            path.insert(0, by_number.pop(number))
            number = path[0]["parent"] or 0
        return path

    def height(self, node: Record | None) -> float:
        """How good a version is, on the vertical axis; `None` is the unchanged one."""
        if self.kind == "simplify":
            return round(100 * _number(node, "reward"), 1)
        if self.kind == "speed-up":
            return round(math.exp(min(_number(node, "reward"), MAX_LOG_SPEED_UP)), 2)
        return self.before if node is None else float(node["passed"])

    @property
    def measure(self) -> str:
        """The title of the vertical axis."""
        return MEASURES.get(self.kind, "tests passed")

    @property
    def counts_tests(self) -> bool:
        """Whether the vertical axis counts tests."""
        return self.kind not in MEASURES

    def spent(self, node: Record, name: str) -> float:
        """What this search had spent when a version was evaluated."""
        before = self.spent_before
        tokens = before.get("prompt_tokens", 0) + before.get("completion_tokens", 0)
        return max(0.0, _number(node.get("spent"), name) - (tokens if name == "tokens" else before.get(name, 0)))

    @property
    def cost(self) -> Mapping[str, float]:
        """What this search has spent in all."""
        cost = _numbers(self.end.get("cost"))
        own = {name: value - (self.spent_before.get(name, 0) if name in SHARED else 0) for name, value in cost.items()}
        if own.get("first_fix"):
            own["first_fix"] -= self.spent_before.get("evaluations", 0)
        return own


def read_searches(records: Sequence[Record]) -> list[Search]:
    """The searches of a trace in their order; raises `TraceError` for lines that are not those of a search."""
    for line, record in enumerate(records, 1):
        _check(line, record)
    starts = [place for place, record in enumerate(records) if "trace" in record]
    found: list[Search] = []
    spent: dict[str, float] = {}
    for start, end in pairwise([*starts, len(records)]):
        lines = records[start + 1 : end]
        last = next((record for record in lines if "end" in record), {})
        found.append(
            Search(
                first=records[start],
                nodes=[record for record in lines if "node" in record],
                calls=[record for record in lines if "call" in record],
                bests=[record["best"] for record in lines if isinstance(record.get("best"), int)],
                end=last,
                spent_before=spent,
            )
        )
        spent = {**spent, **_numbers(last.get("cost"))}
    return found


def _check(line: int, record: Record) -> None:
    if "trace" in record and not _fits(record, START_FIELDS):
        raise TraceError(
            f"Line {line} of the trace does not contain the tests and the source that its search began with: "
            "make a new trace."
        )
    if "node" in record and not _fits(record, NODE_FIELDS):
        raise TraceError(f"Line {line} of the trace is no version as this release writes them: make a new trace.")


def _fits(record: Record, fields: Mapping[str, type | tuple[type, ...]]) -> bool:
    return all(isinstance(record.get(name), kind) for name, kind in fields.items())


def _number(record: object, name: str) -> float:
    return _numbers(record).get(name, 0.0)


def _numbers(record: object) -> dict[str, float]:
    values = record if isinstance(record, Mapping) else {}
    return {name: value for name, value in values.items() if isinstance(value, int | float)}
