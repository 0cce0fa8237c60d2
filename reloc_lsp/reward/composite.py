"""Several rewards as one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from reloc_lsp.search.candidate import Candidate, Node, Task
from reloc_lsp.search.protocols import Reward
from reloc_lsp.search.verdict import Verdict


@dataclass(frozen=True)
class Sum:
    """`search.protocols.Reward`: what all of `parts` say, added up."""

    parts: Sequence[Reward]

    async def reward(
        self, task: Task, candidates: Sequence[Candidate], verdicts: Sequence[Verdict], parents: Sequence[Node]
    ) -> Sequence[float]:
        """One value per candidate."""
        said = await asyncio.gather(*(part.reward(task, candidates, verdicts, parents) for part in self.parts))
        return [sum(values) for values in zip(*said, strict=True)]


def together(*rewards: Reward | None) -> Reward | None:
    """The rewards there are as one; `None` where there is none."""
    there = [reward for reward in rewards if reward is not None]
    return Sum(there) if len(there) > 1 else there[0] if there else None
