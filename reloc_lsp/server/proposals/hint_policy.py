"""Decides whether a revision that the user did not request deserves a hint, from the user's earlier decisions."""

from __future__ import annotations

import json
from pathlib import Path

from reloc_lsp.server.proposals.pending_proposals import CloseReason, PendingProposal

MAX_DECISIONS = 20
"""How many of the latest decisions are remembered. Chosen by hand."""
MIN_DECISIONS = 5
"""How many decisions must be known before they limit the hints. Chosen by hand."""
MIN_APPLIED_SHARE = 0.2
"""Below this share of applied revisions only small revisions get a hint. Chosen by hand."""
SMALL_REVISION_LINES = 2
"""A small revision adds at most this many lines and removes at most this many. Chosen by hand."""


class HintPolicy:
    """The user's latest decisions about hints: `True` for an applied revision, `False` for a discarded one.

    They are kept in `hints.json` in the user's state folder, or in `file`.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._hinted: set[str] = set()

    def allows(self, pending: PendingProposal) -> bool:
        """Whether to show a hint for this proposal. The decision about it is then expected by `proposal_closed`."""
        if not pending.proposal.verified:
            return False
        decisions = self._read()
        small_only = len(decisions) >= MIN_DECISIONS and sum(decisions) / len(decisions) < MIN_APPLIED_SHARE
        allowed = not small_only or _changed_lines(pending) <= SMALL_REVISION_LINES
        if allowed:
            self._hinted.add(pending.id)
        return allowed

    def proposal_closed(self, proposal_id: str, reason: CloseReason) -> None:
        """Remember how a proposal with a hint was closed, if the user closed it."""
        if proposal_id not in self._hinted:
            return
        self._hinted.discard(proposal_id)
        if reason in ("applied", "discarded"):
            self._write([*self._read(), reason == "applied"][-MAX_DECISIONS:])

    def _path(self) -> Path:
        if self._file is None:
            import platformdirs  # Not needed for the reply to `initialize`.

            self._file = platformdirs.user_state_path("reloc_lsp", appauthor=False) / "hints.json"
        return self._file

    def _read(self) -> list[bool]:
        try:
            values = json.loads(self._path().read_text("utf-8"))
        except (OSError, ValueError):
            return []
        return [bool(value) for value in values] if isinstance(values, list) else []

    def _write(self, decisions: list[bool]) -> None:
        try:
            self._path().parent.mkdir(parents=True, exist_ok=True)
            self._path().write_text(json.dumps(decisions), "utf-8")
        except OSError:
            pass  # Without a writable state folder every revision gets a hint.


def _changed_lines(pending: PendingProposal) -> int:
    """The number of lines that the best revision adds or removes, the larger of the two."""
    lines = pending.choices[0].diff.splitlines()
    added = sum(line.startswith("+") and not line.startswith("+++") for line in lines)
    return max(added, sum(line.startswith("-") and not line.startswith("---") for line in lines))
