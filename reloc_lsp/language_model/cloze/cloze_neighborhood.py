"""Neighbours of a version that a model makes by filling one hole of it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reloc_lsp.language_model.budgeted_model import BudgetedModel
from reloc_lsp.language_model.cloze.fillings import filled
from reloc_lsp.language_model.cloze.gap_prompts import GapPrompts
from reloc_lsp.language_model.cloze.holes import Hole, HoleKind, holes
from reloc_lsp.program.source_text import split_lines
from reloc_lsp.search.candidate import Candidate, Node, Task
from reloc_lsp.search.localization.line_suspicion import LineSuspicion
from reloc_lsp.search.localization.mutation_localization import MutationLocalization

TEMPERATURE = 0.8
"""Temperature of the first call for a hole. Chosen by hand, so that the texts of one call differ."""
MORE_HEAT = 0.2
"""Added to the temperature for each further call for the same hole. Chosen by hand."""
MAX_TEMPERATURE = 1.4
"""Highest temperature of a call for a hole: above it little of what a model writes parses. Chosen by hand."""
TEXTS = {HoleKind.LINE: 3, HoleKind.EXPRESSION: 3, HoleKind.INSERTION: 2, HoleKind.REST: 1}
"""Texts for one hole in one call, by kind. They share the time in which a server reads the prompt, which matters less
for longer texts. Chosen by hand."""
TOKENS = {HoleKind.LINE: 40, HoleKind.EXPRESSION: 30, HoleKind.INSERTION: 48, HoleKind.REST: 256}
"""Most tokens of one text, by kind of hole. Chosen by hand: a longer line is seldom right."""
LOCALIZATION_SHARE = 0.7
"""Share of a hole's order that revisions decide that were evaluated already; the rest is what the tests run. Chosen by
hand."""
ENDS_OF_BLOCK = ("\n\n\n", "\ndef ", "\nclass ", "\n#")
"""Texts at which the server stops where a hole has several lines: all of them lie behind a function."""


@dataclass
class _Turn:
    """A hole, the text of its line, and how often a model was asked to fill it; `chance` decides between equals."""

    hole: Hole
    line: str
    chance: float
    calls: int = 0


class ClozeNeighborhood:
    """Fills the holes of one kind, the most suspicious first; after the last one it starts again, at more heat."""

    def __init__(
        self, task: Task, model: BudgetedModel, kind: HoleKind, localization: MutationLocalization, seed: int = 0
    ) -> None:
        self.task = task
        self.model = model
        self.kind = kind
        self._prompts = GapPrompts(task)
        self._suspicion = LineSuspicion(task)
        self._localization = localization
        self._rng = random.Random(seed)
        self._turns: dict[int, list[_Turn]] = {}

    async def expand(self, parents: Sequence[Node], count: int) -> Sequence[Candidate]:
        """Versions with one hole of the first parent filled, the most probable texts first."""
        parent = parents[0]
        source = parent.candidate.source.replace("\r\n", "\n")
        turn = self._next_turn(parent.identity, source)
        if turn is None:
            return ()
        hole, several = turn.hole, turn.hole.lines > 1
        sampling = replace(
            self.model.sampling,
            temperature=min(TEMPERATURE + MORE_HEAT * turn.calls, MAX_TEMPERATURE),
            max_tokens=TOKENS[self.kind],
        )
        turn.calls += 1
        gap = self._prompts.gap(parent, source, hole)
        replies = await self.model.infill(gap, sampling, TEXTS[self.kind], ENDS_OF_BLOCK if several else ("\n",))
        ranked = sorted(replies, key=lambda reply: -(reply.log_probability or 0.0))
        texts = dict.fromkeys(self._version(source, hole, reply.text) for reply in ranked)
        versions = await self.model.accepted(self.task, parent.candidate.source, list(texts))
        origin, depth = f"model: fill {self.kind}", parent.candidate.depth + 1
        return [Candidate(version, origin, hole.what, parent.identity, depth) for version in versions]

    def learn(self, node: Node) -> None:
        """Nothing: the localization learns by itself."""

    def _version(self, source: str, hole: Hole, text: str) -> str:
        """The version with the hole filled; a model that was asked in a chat may write the whole function instead."""
        name = self.task.qualname.rpartition(".")[2]
        return text if f"def {name}(" in text else filled(source, hole, text)

    def _next_turn(self, parent: int, source: str) -> _Turn | None:
        """The hole that was filled the least often, the most suspicious of several; `None` if there is none."""
        if parent not in self._turns:
            lines = split_lines(source)
            found = [hole for hole in holes(source) if hole.kind is self.kind]
            self._turns[parent] = [_Turn(hole, lines[hole.line - 1], self._rng.random()) for hole in found]
        return min(self._turns[parent], key=self._order, default=None)

    def _order(self, turn: _Turn) -> tuple[float, float, float]:
        covered, localized = self._suspicion.of(turn.line), self._localization.of(turn.line)
        suspicion = (1 - LOCALIZATION_SHARE) * covered + LOCALIZATION_SHARE * localized
        return turn.calls, -suspicion, turn.chance
