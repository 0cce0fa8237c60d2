"""Versions from past searches, out of the traces that `reloc-lsp revise --trace` writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reloc_lsp.reward.training.sources.function_versions import Version, Versions, dedented, distances

Record = Mapping[str, Any]


@dataclass(frozen=True)
class TraceSource:
    """The records of one trace, which may hold several searches; searches in which nothing passed are left out.

    `repository` is the project of the search, `reference` the name of the trace.
    """

    records: Sequence[Record]
    repository: str
    reference: str

    def versions(self) -> Iterator[Versions]:
        """For each search, the unchanged function and every version that has a distance."""
        starts = [index for index, record in enumerate(self.records) if "trace" in record]
        for start, end in zip(starts, [*starts[1:], len(self.records)], strict=True):
            found = self._of_search(self.records[start], self.records[start + 1 : end])
            if found:
                yield found

    def _of_search(self, first: Record, records: Sequence[Record]) -> Versions | None:
        nodes = {record["node"]: record for record in records if "node" in record and "source" in record}
        right = [number for number, node in nodes.items() if node["passed"] == node["total"] > 0]
        parents: dict[int, int | None] = {0: None}
        # A draft has no parent: it was made from the problem, not from another version.
        parents |= {number: node["parent"] for number, node in nodes.items()}
        distance = distances(parents, right)
        if "source" not in first or not distance:
            return None
        sources = {0: first["source"], **{number: node["source"] for number, node in nodes.items()}}
        numbers = sorted({*distance, 0})
        if 0 not in distance:
            # Only drafts lead to a passing version: the unchanged function counts as farther than all of them.
            distance[0] = 1 + max(distance.values())
        indices = {number: index for index, number in enumerate(numbers)}
        versions = tuple(
            Version(
                dedented(sources[number]),
                distance[number],
                indices.get(parents[number]) if parents[number] is not None else None,  # type: ignore[arg-type]
                nodes[number]["origin"] if number in nodes else "",
            )
            for number in numbers
        )
        return Versions(
            kind="trace",
            repository=self.repository,
            file=first["file"],
            qualname=first["qualname"],
            reference=self.reference,
            origin=0,
            versions=versions,
        )
