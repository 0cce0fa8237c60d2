"""A search in a few sentences and numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reloc_lsp.revision.trace_report.searches import Search

END_TEXTS = {
    "seconds": "the time was up",
    "evaluations": "the evaluations were spent",
    "calls": "the calls of the model were spent",
    "tokens": "the tokens were spent",
    "nodes": "as many versions as the rules allow",
    "neighbourhood": "nothing was left to try",
}
"""By the reason in the trace."""

CALL_COLUMNS = ("call", "seconds", "replies", "prompt tokens", "cached prompt tokens", "reply tokens", "error")


@dataclass(frozen=True)
class Summary:
    """The texts about one search that the page shows; none of them is escaped."""

    search: Search

    @property
    def outcome(self) -> str:
        """How many versions were evaluated, what the best one passes, and why the search ended."""
        search, count = self.search, len(self.search.nodes)
        return (
            f"{count:,} version{'' if count == 1 else 's'} evaluated. {search.before} of {search.total} tests passed "
            f"before, {search.after} with the best. {self.end.capitalize()}."
        )

    @property
    def end(self) -> str:
        """Why the search ended."""
        reason = str(self.search.end.get("end"))
        return f"ended: {END_TEXTS.get(reason, reason)}" if self.search.end else "broken off"

    @property
    def evaluation(self) -> str:
        """How versions were evaluated and why so; empty for older traces, which do not contain it."""
        judged = self.search.first.get("judged")
        if not isinstance(judged, Mapping):
            return ""
        tier, reason, sandbox = (judged.get(name) for name in ("tier", "reason", "sandbox"))
        return f"Evaluated by the {tier} tier: {reason}; sandbox {sandbox}."

    @property
    def costs(self) -> list[tuple[str, str]]:
        """Names and numbers: what the search has spent, and how many replies were understood in which way."""
        rows = [(name.replace("_", " "), f"{value:,.10g}") for name, value in self.search.cost.items() if value]
        kinds = self.search.end.get("kinds")
        if isinstance(kinds, Mapping):
            rows += [(f"replies: {kind}", str(count)) for kind, count in kinds.items()]
        return rows

    @property
    def shares(self) -> tuple[float, float]:
        """Per cent of the tests that passed before, and per cent that pass only with the best version."""
        share = 100 / max(self.search.total, 1)
        return self.search.before * share, max(0, self.search.after - self.search.before) * share

    @property
    def call_columns(self) -> Sequence[str]:
        """The heads of the columns of `calls`."""
        return CALL_COLUMNS

    @property
    def calls(self) -> list[list[object]]:
        """One row for each call of the model."""
        rows = []
        for call in self.search.calls:
            usage = call.get("usage") or {}
            tokens = [usage.get(f"{name}_tokens", "") for name in ("prompt", "cached", "completion")]
            replies = len(call.get("replies", ()))
            rows.append([call["call"], call.get("seconds", ""), replies, *tokens, call.get("error", "")])
        return rows
