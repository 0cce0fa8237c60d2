"""The choice among passing revisions: those that behave the same are one answer, and the likeliest answer comes first.

Two revisions that do the same with every input that no test uses cannot be told apart by a user either. An overfitted
revision often stands alone, while a right one can be written in several ways.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reloc_lsp.search.candidate import Node, Task
from reloc_lsp.search.patches.differential_testing import Observations, differing_inputs
from reloc_lsp.search.patches.patch_ranking import implausibility

PLAUSIBILITY_SCALE = 0.5
"""Log-odds per unit of implausibility, for the shares of classes.

Chosen on the 78 fixed bugs of half A (docs/benchmarks/choice.md): the first class is wrong for 6 of them with values
from 0.35 to 0.7, and for 7 with 0.2 and with 1. Without classes, the most plausible revision is wrong for 8."""


@dataclass(frozen=True)
class BehaviourClass:
    """Revisions that behave the same, the most plausible first.

    `share` is their part, from 0 to 1, of the plausibility of all revisions that were compared.
    """

    members: tuple[Node, ...]
    share: float


@dataclass(frozen=True)
class PatchChoice:
    """The passing revisions in classes of the same behaviour, the likeliest class first."""

    classes: tuple[BehaviourClass, ...]

    @property
    def ranked(self) -> list[Node]:
        """All revisions, in the order in which they are proposed."""
        return [node for group in self.classes for node in group.members]

    def class_of(self, node: Node) -> BehaviourClass:
        """The class that holds `node`."""
        return next(group for group in self.classes if any(member is node for member in group.members))

    def others(self, node: Node) -> list[Node]:
        """All revisions but `node`: one of each other behaviour first, because these give the user a choice."""
        own = self.class_of(node)
        different = [group.members[0] for group in self.classes if group is not own]
        shown = {node.identity, *(other.identity for other in different)}
        return [*different, *(other for other in self.ranked if other.identity not in shown)]


def choose(task: Task, ranked: Sequence[Node], behaviour: Callable[[str], Observations]) -> PatchChoice:
    """The choice among revisions, the most plausible of which comes first in `ranked`.

    `behaviour` gives what the revision with a source did with inputs that no test uses. Where nothing is known of a
    revision, it is a class of its own.
    """
    groups: list[list[Node]] = []
    for node in ranked:
        seen = behaviour(node.candidate.source)
        group = next((g for g in groups if _same(seen, behaviour(g[0].candidate.source))), None)
        if group is None:
            groups.append([node])
        else:
            group.append(node)
    scores = {node.identity: -implausibility(task, node.candidate) for node in ranked}
    best = max(scores.values(), default=0.0)
    sums = [sum(math.exp(PLAUSIBILITY_SCALE * (scores[node.identity] - best)) for node in group) for group in groups]
    classes = [BehaviourClass(tuple(g), part / sum(sums)) for g, part in zip(groups, sums, strict=True)]
    return PatchChoice(tuple(sorted(classes, key=lambda group: -group.share)))


def _same(one: Observations, other: Observations) -> bool:
    """Whether two versions did the same with each of their common inputs, and there is one."""
    return bool(one.keys() & other.keys()) and not differing_inputs(one, other)
