"""Ranking lists: rewrites of one wrong function, each with whether it makes the function right.

A file of lists has one JSON object per line: `list` is the version of the format; `source`, `repository`, `file`,
`qualname` and `reference` say where the list is from; `among` is the number of rewrites before sampling. `names` are
names of features; each of the `rows` is `[1 if right else 0, [index of a name, value], ...]`.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

from reloc_lsp.reward.errors import RewardError

FORMAT = 1
"""Version of the file format."""
MAX_WRONG = 300
"""Wrong rewrites that are kept of one list; chosen by hand."""
DIGITS = 4
"""Decimal places of feature values in a file."""


class Labelled(Protocol):
    """Anything that is labelled as right or wrong."""

    @property
    def right(self) -> bool:
        """The label."""


Row = TypeVar("Row", bound=Labelled)


@dataclass(frozen=True)
class RankingItem:
    """The features of one rewrite, known before it is run, and whether it is right."""

    features: Mapping[str, float]
    right: bool


@dataclass(frozen=True)
class RankingList:
    """The rewrites of one function: all right ones and a uniform sample of the wrong ones.

    `among` is the number of rewrites before sampling. `source` is `history` (a fix of git), `written` (a bug written by
    hand), `planted` (a bug that a tool put into tested code), `judged` (rewrites of a fixed function; right are those
    that pass its tests) or `trace` (a past search).
    """

    source: Literal["history", "written", "planted", "judged", "trace"]
    repository: str
    file: str
    qualname: str
    reference: str
    among: int
    rows: tuple[RankingItem, ...]

    @property
    def scale(self) -> float:
        """How many wrong rewrites there were for each one that is kept."""
        right = sum(row.right for row in self.rows)
        return max(self.among - right, 1) / max(len(self.rows) - right, 1)


def sample_wrong(rows: Sequence[Row], seed: object) -> tuple[Row, ...]:
    """All right rows and a sample of at most `MAX_WRONG` wrong ones, which is enough for a conditional logit."""
    wrong = [row for row in rows if not row.right]
    kept = wrong if len(wrong) <= MAX_WRONG else random.Random(str(seed)).sample(wrong, MAX_WRONG)
    return (*(row for row in rows if row.right), *kept)


def lists_of_trace(records: Sequence[Mapping[str, Any]], repository: str, reference: str) -> Iterator[RankingList]:
    """A list for each search of a trace in which a rewrite of the unchanged unit passes: all those that were tried."""
    starts = [index for index, record in enumerate(records) if "trace" in record]
    for start, end in zip(starts, [*starts[1:], len(records)], strict=True):
        tried = [r for r in records[start + 1 : end] if r.get("parent") == 0 and r.get("clues")]
        rows = [RankingItem(record["clues"], record["passed"] == record["total"] > 0) for record in tried]
        if any(row.right for row in rows) and not all(row.right for row in rows):
            first = records[start]
            kept = sample_wrong(rows, reference)
            yield RankingList(
                source="trace",
                repository=repository,
                file=first["file"],
                qualname=first["qualname"],
                reference=reference,
                among=len(rows),
                rows=kept,
            )


def write(path: Path, lists: Iterable[RankingList]) -> int:
    """Write a file of lists, one by one, and return their number; raises `RewardError`."""
    count = 0
    try:
        with path.open("w", encoding="utf-8") as stream:
            for one in lists:
                stream.write(json.dumps(_as_json(one), separators=(",", ":")) + "\n")
                count += 1
    except OSError as error:
        raise RewardError(f"{path} cannot be written ({error.strerror or error}). Name another with --out.") from error
    return count


def read(path: Path) -> Iterator[RankingList]:
    """The lists of a file; raises `RewardError`."""
    try:
        with path.open(encoding="utf-8") as stream:
            for number, line in enumerate(stream, start=1):
                try:
                    yield _from_json(json.loads(line))
                except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
                    raise RewardError(
                        f"{path} is no file of lists of this version: line {number} cannot be read ({error}). "
                        "Make it again with reloc-lsp reward lists."
                    ) from error
    except FileNotFoundError as error:
        raise RewardError(f"There is no file {path}. Make one with: reloc-lsp reward lists --out {path}") from error
    except OSError as error:
        raise RewardError(f"{path} cannot be read ({error.strerror or error}).") from error


def _as_json(one: RankingList) -> dict[str, Any]:
    index_of = {
        name: index for index, name in enumerate(dict.fromkeys(name for row in one.rows for name in row.features))
    }
    rows = [
        [int(row.right), *([index_of[name], round(value, DIGITS)] for name, value in row.features.items() if value)]
        for row in one.rows
    ]
    return {
        "list": FORMAT, "source": one.source, "repository": one.repository, "file": one.file,
        "qualname": one.qualname, "reference": one.reference, "among": one.among, "names": list(index_of), "rows": rows,
    }  # fmt: skip


def _from_json(content: Mapping[str, Any]) -> RankingList:
    if content["list"] != FORMAT:
        raise ValueError(f"format {content['list']}")
    names = content["names"]
    rows = tuple(
        RankingItem({names[index]: value for index, value in row[1:]}, bool(row[0])) for row in content["rows"]
    )
    fields = ("source", "repository", "file", "qualname", "reference", "among")
    return RankingList(**{name: content[name] for name in fields}, rows=rows)
