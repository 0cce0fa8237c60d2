"""Whether a revision that nobody asked for is worth a hint, by what the user made of others; kept on this machine."""

from __future__ import annotations

import json
from pathlib import Path

from reloc_lsp.server.proposals.pending_proposals import PendingProposal

REMEMBERED = 20
ENOUGH = 5
"""From so many answers on they say something."""
LOW, SMALL_LINES = 0.2, 2
"""Who applies fewer than this share is shown only what changes so few lines."""


class HintPolicy:
    """The last answers to hints, `True` for one whose revision was applied."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._hinted: set[str] = set()

    def wants(self, offer: PendingProposal) -> bool:
        """Whether to put a hint for this offer; if so, its end will be told."""
        if not offer.proposal.verified:
            return False
        answers = self._read()
        picky = len(answers) >= ENOUGH and sum(answers) / len(answers) < LOW
        wanted = not picky or _lines(offer) <= SMALL_LINES
        if wanted:
            self._hinted.add(offer.id)
        return wanted

    def ended(self, offer_id: str, why: str) -> None:
        """Remember how a hint ended, if it was the user who ended it."""
        if offer_id not in self._hinted:
            return
        self._hinted.discard(offer_id)
        if why in ("applied", "discarded"):
            self._write([*self._read(), why == "applied"][-REMEMBERED:])

    def _path(self) -> Path:
        if self._file is None:
            import platformdirs

            self._file = platformdirs.user_state_path("reloc_lsp", appauthor=False) / "hints.json"
        return self._file

    def _read(self) -> list[bool]:
        try:
            values = json.loads(self._path().read_text("utf-8"))
        except (OSError, ValueError):
            return []
        return [bool(value) for value in values] if isinstance(values, list) else []

    def _write(self, answers: list[bool]) -> None:
        try:
            self._path().parent.mkdir(parents=True, exist_ok=True)
            self._path().write_text(json.dumps(answers), "utf-8")
        except OSError:
            pass  # Where nothing can be kept, nothing is known of the user's taste.


def _lines(offer: PendingProposal) -> int:
    """How many lines the best revision adds or takes away, of these the more."""
    lines = offer.choices[0].diff.splitlines()
    added = sum(line.startswith("+") and not line.startswith("+++") for line in lines)
    return max(added, sum(line.startswith("-") and not line.startswith("---") for line in lines))
