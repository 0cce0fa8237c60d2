"""Neighbours of a version that a model makes by filling one hole of it."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from reloc_lsp.language_model.budgeted_model import BudgetedModel
from reloc_lsp.language_model.cloze.beginnings import Beginnings
from reloc_lsp.language_model.cloze.fillings import filled
from reloc_lsp.language_model.cloze.gap_prompts import GapPrompts
from reloc_lsp.language_model.cloze.holes import Hole, HoleKind, holes
from reloc_lsp.program.source_text import split_lines
from reloc_lsp.search.candidate import Candidate, Node, Task
from reloc_lsp.search.interfaces.language_model import Gap
from reloc_lsp.search.localization.line_suspicion import LineSuspicion
from reloc_lsp.search.localization.mutation_localization import MutationLocalization

TEXTS = {HoleKind.BODY: 1, HoleKind.REST: 1}
"""Texts for one hole in one turn, by kind; for the other kinds it is `SHORT_TEXTS`. Chosen by hand."""
SHORT_TEXTS = 3
"""The same for short texts: most of their cost is that a server reads what is around the hole, which it does once for
all of a turn. Chosen by hand."""
LIKELY = math.log(0.2)
"""Log-probability from which on a further text is asked for in the same turn. Chosen by hand."""
TOKENS = {HoleKind.LINE: 40, HoleKind.EXPRESSION: 30, HoleKind.INSERTION: 48, HoleKind.REST: 256, HoleKind.BODY: 384}
"""Most tokens of one text, by kind of hole. Chosen by hand: a longer line is seldom right."""
LOCALIZATION_SHARE = 0.7
"""Share of a hole's order that revisions decide that were evaluated already; the rest is what the tests run. Chosen by
hand."""
ENDS_OF_BLOCK = ("\n\n\n", "\ndef ", "\nclass ")
"""Texts at which the server stops where a hole has several lines: all of them lie behind a function."""


MIN_SUSPICION = 0.05
"""Suspiciousness of a hole at least: none is impossible. Chosen by hand."""


@dataclass
class _Place:
    """A hole, the text of its line, and what to write into it next; `chance` decides between equals."""

    hole: Hole
    line: str
    chance: float
    beginnings: Beginnings = field(default_factory=Beginnings)


class ClozeNeighborhood:
    """Fills the holes of one kind: the most probable text of the most suspicious hole first."""

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
        self._places: dict[int, list[_Place]] = {}

    async def expand(self, parents: Sequence[Node], count: int) -> Sequence[Candidate]:
        """Versions with one hole of the first parent filled, the most probable texts first."""
        parent = parents[0]
        # What a body was before does not matter to it: one search over all bodies.
        of_unit = self.kind is HoleKind.BODY
        source = (self.task.source if of_unit else parent.candidate.source).replace("\r\n", "\n")
        place = self._next_place(0 if of_unit else parent.identity, source)
        if place is None:
            return ()
        texts = await self._texts(parent, source, place)
        sources = dict.fromkeys(self._version(source, place.hole, text) for text in texts)
        versions = await self.model.accepted(self.task, parent.candidate.source, list(sources))
        origin, depth = f"model: fill {self.kind}", parent.candidate.depth + 1
        return [Candidate(version, origin, place.hole.what, parent.identity, depth) for version in versions]

    def learn(self, node: Node) -> None:
        """Nothing: the localization learns by itself."""

    async def _texts(self, parent: Node, source: str, place: _Place) -> list[str]:
        """The next texts for a hole, the most probable ones first."""
        gap, hole, texts = self._prompts.gap(parent, source, place.hole), place.hole, list[str]()
        for turn in range(TEXTS.get(self.kind, SHORT_TEXTS)):
            if turn and place.beginnings.log_probability < LIKELY:
                break
            beginning = place.beginnings.take()
            if beginning.ended:
                texts.append(beginning.text)
                continue
            sampling = replace(self.model.sampling, temperature=beginning.temperature, max_tokens=TOKENS[self.kind])
            begun = replace(gap, start=beginning.text)
            replies = await self.model.infill(begun, sampling, 1, _ends(hole, gap))
            for reply in replies:
                texts.append(beginning.text + reply.text)
                place.beginnings.learn(beginning, reply)
        return texts

    def _version(self, source: str, hole: Hole, text: str) -> str:
        """The version with the hole filled; a model that was asked in a chat may write the whole function instead."""
        name = self.task.qualname.rpartition(".")[2]
        return text if f"def {name}(" in text else filled(source, hole, text)

    def _next_place(self, parent: int, source: str) -> _Place | None:
        """The hole with the most suspicious and most probable next text; `None` if there is no hole left."""
        if parent not in self._places:
            lines = split_lines(source)
            found = [hole for hole in holes(source) if hole.kind is self.kind]
            self._places[parent] = [_Place(hole, lines[hole.line - 1], self._rng.random()) for hole in found]
        left = [place for place in self._places[parent] if place.beginnings.left]
        return max(left, key=self._order, default=None)

    def _order(self, place: _Place) -> tuple[float, float]:
        covered, localized = self._suspicion.of(place.line), self._localization.of(place.line)
        suspicion = (1 - LOCALIZATION_SHARE) * covered + LOCALIZATION_SHARE * localized
        return place.beginnings.log_probability + math.log(max(suspicion, MIN_SUSPICION)), place.chance


def _ends(hole: Hole, gap: Gap) -> tuple[str, ...]:
    """The texts at which the server stops: behind several lines, also the line that follows the hole."""
    if hole.lines == 1:
        return ("\n",)
    following = next((line for line in gap.suffix.split("\n") if line.strip()), None)
    return (*ENDS_OF_BLOCK, *([f"\n{following}"] if following else []))
