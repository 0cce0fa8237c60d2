"""Versions of one function, and how many revisions each is away from a right one."""

from __future__ import annotations

import textwrap
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Kind = Literal["chain", "trace", "history"]


@dataclass(frozen=True)
class Version:
    """One version of the function: its lines, and the revision distance.

    The distance counts revisions: 0 is right, 1 was one revision away from right. `parent` is the place, among the
    versions beside it, of the one it was made of, and `made_by` says how (a family of rewrites, a model, a person).
    """

    source: str
    distance: int
    parent: int | None = None
    made_by: str = ""


@dataclass(frozen=True)
class Versions:
    """What is known of one function; `origin` is the place of the version that a search begins with.

    `repository` is what data are split by, and `reference` says where to look again: a commit, a trace, a workspace.
    """

    kind: Kind
    repository: str
    file: str
    qualname: str
    reference: str
    origin: int
    versions: tuple[Version, ...]


class Source(Protocol):
    """Where versions with known distances come from."""

    def versions(self) -> Iterator[Versions]:
        """One function after the other, in the same order each time; raises `RewardError`."""
        ...


def distances(parents: Mapping[int, int | None], right: Sequence[int]) -> dict[int, int]:
    """Revisions between each version and the nearest of the `right` ones, along the revisions that were made.

    A revision is walked in both directions, for undoing is revising too: a version that leads to a right one has its
    number of steps, as in the paper, and its sibling that leads nowhere one step to the parent more. For the latter it
    is an upper bound, since nobody looked for a shorter way. Versions with no way to a right one are left out.
    """
    beside: dict[int, list[int]] = {number: [] for number in parents}
    for number, parent in parents.items():
        if parent is not None and parent in beside:
            beside[number].append(parent)
            beside[parent].append(number)
    found = dict.fromkeys(right, 0)
    waiting = deque(right)
    while waiting:
        number = waiting.popleft()
        for other in beside[number]:
            if other not in found:
                found[other] = found[number] + 1
                waiting.append(other)
    return found


def dedented(source: str) -> str:
    """The lines of a unit from the left margin on, as the data and the model have them."""
    return textwrap.dedent(source.replace("\r\n", "\n")).strip("\n") + "\n"
