"""Component 1, initial code drafting: where does the search start? (ReLoc section 3.1)"""

from __future__ import annotations

from collections.abc import Sequence

from reloc_lsp.search.candidate import Candidate, Task


class CodeInTheEditor:
    """The code as it stands is the only start: it is nearly right, which a draft from nothing seldom is."""

    async def draft(self, task: Task) -> Sequence[Candidate]:
        """No drafts."""
        return ()
