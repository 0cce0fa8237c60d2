"""Lists of alternatives: rewrites of one wrong function, of which it is known which make it right.

A file of lists has one JSON object a line: `list` is the version of the format, `source`, `repository`, `file`,
`qualname` and `reference` say where it is from, `among` how many alternatives there were. `names` are the names of
clues; each of the `rows` is `[1 if right, [place of a name, value], ...]`.
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
MOST_WRONG = 300
DIGITS = 4


class Told(Protocol):
    """Anything of which it is known whether it is right."""

    @property
    def right(self) -> bool:
        """Whether it is."""


Row = TypeVar("Row", bound=Told)


@dataclass(frozen=True)
class RankingItem:
    """What was known of one rewrite before it was run, and whether it is right."""

    features: Mapping[str, float]
    right: bool


@dataclass(frozen=True)
class RankingList:
    """The rewrites of one function: the right ones, and of the others a sample drawn with equal chances.

    `among` is how many there were of both. `source` is `history` (a fix of git), `written` (a bug written by hand),
    `planted` (one put into tested code by a tool), `judged` (a fix's rewrites, of which those are right that pass) or
    `trace` (a past search).
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
        """How many wrong alternatives there were for each that is kept."""
        right = sum(row.right for row in self.rows)
        return max(self.among - right, 1) / max(len(self.rows) - right, 1)


def drawn(rows: Sequence[Row], seed: object) -> tuple[Row, ...]:
    """All that are right and so many of the others: a sample serves a conditional logit as well as all (McFadden)."""
    wrong = [row for row in rows if not row.right]
    kept = wrong if len(wrong) <= MOST_WRONG else random.Random(str(seed)).sample(wrong, MOST_WRONG)
    return (*(row for row in rows if row.right), *kept)


def of_trace(records: Sequence[Mapping[str, Any]], repository: str, reference: str) -> Iterator[RankingList]:
    """The lists of a trace's searches in which one rewrite of the unchanged unit passes: what was tried until it."""
    starts = [place for place, record in enumerate(records) if "trace" in record]
    for start, end in zip(starts, [*starts[1:], len(records)], strict=True):
        tried = [r for r in records[start + 1 : end] if r.get("parent") == 0 and r.get("clues")]
        rows = [RankingItem(record["clues"], record["passed"] == record["total"] > 0) for record in tried]
        if any(row.right for row in rows) and not all(row.right for row in rows):
            first = records[start]
            kept = drawn(rows, reference)
            yield RankingList("trace", repository, first["file"], first["qualname"], reference, len(rows), kept)


def write(path: Path, lists: Iterable[RankingList]) -> int:
    """Write a file of lists as they come, and say how many; raises `RewardError`."""
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
                    yield _of_json(json.loads(line))
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
    places = {
        name: place for place, name in enumerate(dict.fromkeys(name for row in one.rows for name in row.features))
    }
    rows = [
        [int(row.right), *([places[name], round(value, DIGITS)] for name, value in row.features.items() if value)]
        for row in one.rows
    ]
    return {
        "list": FORMAT, "source": one.source, "repository": one.repository, "file": one.file,
        "qualname": one.qualname, "reference": one.reference, "among": one.among, "names": list(places), "rows": rows,
    }  # fmt: skip


def _of_json(told: Mapping[str, Any]) -> RankingList:
    if told["list"] != FORMAT:
        raise ValueError(f"format {told['list']}")
    names = told["names"]
    rows = tuple(RankingItem({names[place]: value for place, value in row[1:]}, bool(row[0])) for row in told["rows"])
    return RankingList(
        told["source"], told["repository"], told["file"], told["qualname"], told["reference"], told["among"], rows
    )
