"""Which candidates run at all: code that is not trusted is read first."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from functools import partial

from reloc_lsp.evaluation.workspace.project_words import project_words
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation
from reloc_lsp.evaluation.workspace.user_files import UserFiles
from reloc_lsp.program.safety import CandidateLint, SafetyLint
from reloc_lsp.search.candidate import Candidate

MAX_NAMED_WORDS = 5
"""How many words of refusals a note names. Further ones are counted. Chosen by hand."""
ADVICE = "Use only what the file uses already, and what only computes in the standard library"
"""What a refused candidate's author is told."""


class Admission:
    """Decides by its text whether a candidate for the unit at `location` runs. Trusted ones always do."""

    def __init__(self, location: UnitLocation, lint: CandidateLint) -> None:
        self._location = location
        self._lint = lint
        self._refused = 0
        self._words: dict[str, None] = {}

    @classmethod
    def for_unit(cls, location: UnitLocation, files: UserFiles, allowed: Collection[str] = ()) -> Admission:
        """The safety lint, with the words that the user allows, and those of the project's `files`."""
        project = partial(project_words, files, location.file)
        return cls(location, SafetyLint(location.module.text, allowed, project))

    async def refusal(self, candidate: Candidate) -> str:
        """Why the candidate is not even run; empty if there is no reason."""
        if candidate.trusted:
            return ""
        # A long text, or the first one of a large project, takes longer than the event loop may wait.
        reason = await asyncio.to_thread(self._reason, candidate.source)
        self._refused += bool(reason)
        return reason

    @property
    def note(self) -> str:
        """A sentence for the user about what was refused; empty if nothing was."""
        if not self._words:
            return ""
        named = ", ".join(list(self._words)[:MAX_NAMED_WORDS])
        more = f" and {len(self._words) - MAX_NAMED_WORDS} more" if len(self._words) > MAX_NAMED_WORDS else ""
        subject = "A revision was" if self._refused == 1 else f"{self._refused} revisions were"
        return (
            f"{subject} not run, as a model's code may not use: {named}{more}. You can allow it with the setting "
            "review.allow."
        )

    def _reason(self, source: str) -> str:
        if not self._location.is_one_function(source):
            return "it is not one function of the same kind and name"
        refusals = self._lint.refusals(source)
        self._words.update(dict.fromkeys(refusal.finding.word for refusal in refusals))
        return f"{'; '.join(map(str, refusals))}. {ADVICE}" if refusals else ""
