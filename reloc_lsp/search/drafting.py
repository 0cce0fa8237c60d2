"""Component 1, initial code drafting: where does the search start? (ReLoc section 3.1)"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from reloc_lsp.search.candidate import Candidate, Task


class Drafter(Protocol):
    """Makes starting points besides the unchanged unit."""

    async def draft(self, task: Task) -> Sequence[Candidate]:
        """Complete new versions of the unit."""
        ...


class NoDrafts:
    """The default: the search starts from the unchanged unit alone, which is usually closer to right than a draft."""

    async def draft(self, task: Task) -> Sequence[Candidate]:
        """No drafts."""
        return ()
