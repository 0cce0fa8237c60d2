"""Versions of one function, with their revision distances from a correct one."""

from __future__ import annotations

import textwrap
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Kind = Literal["chain", "trace", "history"]


@dataclass(frozen=True)
class Version:
    """One version of a function: its source and its revision distance.

    The distance counts revisions: 0 is correct, 1 is one revision away from correct. `parent` is the index,
    in `Versions.versions`, of the version that it was made from; `made_by` is what made it (a mutation operator, a
    model, a person).
    """

    source: str
    distance: int
    parent: int | None = None
    made_by: str = ""


@dataclass(frozen=True)
class Versions:
    """The known versions of one function; `origin` is the index of the version that a search starts with.

    Data sets are split by `repository`. `reference` is where the versions come from: a commit, a trace or a workspace.
    """

    kind: Kind
    repository: str
    file: str
    qualname: str
    reference: str
    origin: int
    versions: tuple[Version, ...]


class Source(Protocol):
    """A source of versions with known distances."""

    def versions(self) -> Iterator[Versions]:
        """One function after the other, always in the same order; raises `RewardError`."""
        ...


def distances(parents: Mapping[int, int | None], right: Sequence[int]) -> dict[int, int]:
    """The number of revisions between each version and the nearest of the `right` ones; `parents` maps child to parent.

    Revisions count in both directions, because undoing one is a revision too. A version on the path to a right one gets
    the number of steps, as in the paper (ReLoc section 3.3). For any other version the number is an upper bound, since
    no shorter path was searched for. Versions without a path to a right one are left out.
    """
    neighbours: dict[int, list[int]] = {number: [] for number in parents}
    for number, parent in parents.items():
        if parent is not None and parent in neighbours:
            neighbours[number].append(parent)
            neighbours[parent].append(number)
    found = dict.fromkeys(right, 0)
    queue = deque(right)
    while queue:
        number = queue.popleft()
        for other in neighbours[number]:
            if other not in found:
                found[other] = found[number] + 1
                queue.append(other)
    return found


def dedented(source: str) -> str:
    """The lines of a unit without common indentation: the form in which data sets and models have them."""
    return textwrap.dedent(source.replace("\r\n", "\n")).strip("\n") + "\n"
