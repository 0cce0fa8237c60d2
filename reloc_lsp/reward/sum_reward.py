"""Several rewards as one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from reloc_lsp.search.candidate import Candidate, Node, Task
from reloc_lsp.search.interfaces.protocols import Reward
from reloc_lsp.search.verdict import Verdict


@dataclass(frozen=True)
class SumReward:
    """A `search.protocols.Reward`: the sum of the rewards in `parts`, which are computed concurrently."""

    parts: Sequence[Reward]

    async def reward(
        self, task: Task, candidates: Sequence[Candidate], verdicts: Sequence[Verdict], parents: Sequence[Node]
    ) -> Sequence[float]:
        """One value per candidate."""
        found = await asyncio.gather(*(part.reward(task, candidates, verdicts, parents) for part in self.parts))
        return [sum(values) for values in zip(*found, strict=True)]


def sum_of(*rewards: Reward | None) -> Reward | None:
    """The sum of the rewards that are not `None`; `None` if there are none."""
    present = [reward for reward in rewards if reward is not None]
    return SumReward(present) if len(present) > 1 else present[0] if present else None
