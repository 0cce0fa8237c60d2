"""What to write into a hole next: the most probable beginning of a text that no call has asked for yet."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

from reloc_lsp.search.interfaces.language_model import Reply

TEMPERATURE = 0.8
"""Temperature of the second call for a text, if the server reports no variants. Chosen by hand."""
MORE_HEAT = 0.2
"""Added to the temperature for each further call. Chosen by hand."""
MAX_TEMPERATURE = 1.4
"""Highest temperature of a call: above it little of what a model writes parses. Chosen by hand."""
REPEATED = -1.0
"""Log-probability that each further call has where the server reports none. Chosen by hand: a third of the last."""


@dataclass(frozen=True, slots=True, order=True)
class Beginning:
    """The beginning of a text for a hole; the rest of it is what a model writes at `temperature`.

    `effort` is its negative log-probability, by which beginnings are ordered; `number` decides between equals. The
    model has nothing to add if `ended` is true.
    """

    effort: float
    number: int
    text: str = ""
    temperature: float = 0.0
    ended: bool = False


@dataclass(slots=True)
class Beginnings:
    """The untried beginnings of the texts for one hole: first the empty one, then what the replies could have been.

    A best-first search over the texts that the model can write: each is asked for once, in about the order of its
    probability, while samples repeat the most probable ones.
    """

    _heap: list[Beginning] = field(default_factory=lambda: [Beginning(0.0, 0)])
    _added: int = 0

    @property
    def left(self) -> bool:
        """Whether there is a beginning to take: there is none after a call that failed."""
        return bool(self._heap)

    @property
    def log_probability(self) -> float:
        """That of the next beginning; minus infinity if there is none."""
        return -self._heap[0].effort if self._heap else -float("inf")

    def take(self) -> Beginning:
        """The most probable beginning, which is not given again; there has to be one."""
        return heapq.heappop(self._heap)

    def learn(self, beginning: Beginning, reply: Reply) -> None:
        """Add what the reply to a beginning could have been; without variants, the same once more, at more heat."""
        for other in reply.variants:
            text = beginning.text + other.text
            self._add(beginning.effort - other.log_probability, text, 0.0, other.ended)
        if not reply.variants:
            heat = beginning.temperature + MORE_HEAT if beginning.temperature else TEMPERATURE
            self._add(beginning.effort - REPEATED, beginning.text, min(heat, MAX_TEMPERATURE), False)

    def _add(self, effort: float, text: str, temperature: float, ended: bool) -> None:
        self._added += 1
        heapq.heappush(self._heap, Beginning(effort, self._added, text, temperature, ended))
