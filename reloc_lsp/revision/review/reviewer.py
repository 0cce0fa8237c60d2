"""The review of revisions of one unit, and the setting that refuses those with new powers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from reloc_lsp.evaluation.evaluator import PytestEvaluator
from reloc_lsp.evaluation.harness.protocol.values import Region
from reloc_lsp.program.powers.file_powers import FilePowers, Power
from reloc_lsp.program.powers.kinds import DESCRIPTIONS
from reloc_lsp.program.shown_text.hidden_text import hidden_text
from reloc_lsp.revision.proposal import NewPower
from reloc_lsp.revision.review.unrun_lines import UnrunLines, unrun_lines
from reloc_lsp.search.candidate import Candidate, Task
from reloc_lsp.settings import ReviewSettings

MAX_NAMES = 3
"""Names listed for one kind of power; chosen by hand."""


@dataclass(frozen=True)
class Review:
    """What a user should check in one revision; `unrun` is `None` if it is not known what the tests ran."""

    powers: tuple[NewPower, ...]
    hidden: str
    unrun: UnrunLines | None

    @property
    def cautions(self) -> tuple[str, ...]:
        """A sentence for each thing to check."""
        powers = f"New powers: {_named(self.powers)}." if self.powers else ""
        return tuple(sentence for sentence in (self.hidden, powers, self.unrun_sentence) if sentence)

    @property
    def unrun_sentence(self) -> str:
        """Which lines no test ran; empty if there are none, or if that is not known."""
        return self.unrun.sentence if self.unrun else ""


class Reviewer:
    """Reviews revisions of the unit of `task`. What tests run is known of those that were observed."""

    def __init__(self, task: Task, evaluator: PytestEvaluator, settings: ReviewSettings) -> None:
        self._task = task
        self._evaluator = evaluator
        self._settings = settings
        self._unrun: dict[str, tuple[Region, ...] | None] = {}
        self._powers: dict[str, tuple[Power, ...]] = {}

    async def observe(self, candidates: Sequence[Candidate]) -> None:
        """Find out what the tests run of these candidates; of trusted ones only where one more run is cheap."""
        cheap = self._evaluator.baseline.tier.forks
        sources = [candidate.source for candidate in candidates if cheap or not candidate.trusted]
        new = [source for source in dict.fromkeys(sources) if source not in self._unrun]
        found = await asyncio.gather(*map(self._evaluator.unrun_regions, new))
        self._unrun.update(zip(new, found, strict=True))

    def review(self, source: str) -> Review:
        """The review of the unit's text `source`."""
        task, regions = self._task, self._unrun.get(source)
        powers = tuple(
            NewPower(power.kind, power.name, power.line, ran=None if regions is None else _ran(power, regions))
            for power in self._powers_of(source)
        )
        hidden = hidden_text(task.source, source, task.module, task.first_line)
        return Review(powers, hidden, None if regions is None else unrun_lines(task, source, regions))

    def refusal(self, source: str) -> str:
        """Why the settings refuse the unit's text `source`, in one sentence; empty if they do not."""
        refused_kinds = self._settings.refused_powers
        if not refused_kinds:
            return ""
        refused = [power for power in self.review(source).powers if power.kind in refused_kinds]
        if not refused:
            return ""
        kinds = ", ".join(f'"{kind}"' for kind in dict.fromkeys(power.kind for power in refused))
        return (
            f"A revision that passes more tests was refused for its new powers: {_named(refused)}. The setting "
            f'review.powers is "refuse"; review.allowed_powers = [{kinds}] lets them pass.'
        )

    def _powers_of(self, source: str) -> tuple[Power, ...]:
        if source not in self._powers:
            self._powers[source] = self._file.new(self._task.source, source, self._task.first_line)
        return self._powers[source]

    @cached_property
    def _file(self) -> FilePowers:
        return FilePowers(self._task.module)


def _named(powers: Sequence[NewPower]) -> str:
    """For example `runs programs (os.system in line 7, not run by any test), reads files (open in line 3)`."""
    kinds = []
    for kind, group in groupby(powers, key=lambda power: power.kind):
        same = list(group)
        names = [
            f"{power.name} in line {power.line}{', not run by any test' if power.ran is False else ''}"
            for power in same
        ]
        more = [f"{len(same) - MAX_NAMES} more"] if len(same) > MAX_NAMES else []
        kinds.append(f"{DESCRIPTIONS[kind]} ({'; '.join([*names[:MAX_NAMES], *more])})")
    return ", ".join(kinds)


def _ran(power: Power, regions: Sequence[Region]) -> bool:
    place = power.line, power.column
    return not any((r.line, r.column) <= place < (r.end_line, r.end_column) for r in regions)
