"""Exit statuses of the command line: one table from the result of a revision to a number."""

from __future__ import annotations

from collections.abc import Mapping

from reloc_lsp.revision.proposal import Proposal, Reason, Status

SUCCESS = 0
NOTHING_BETTER = 1
WRONG_CALL = 2
TESTS_CANNOT_RUN = 3
INTERRUPTED = 130
SIGNAL_BASE = 128
"""Shells report a process that signal N ended as 128 + N."""

OF_STATUS: Mapping[Status, int] = {
    "fixed": SUCCESS,
    "improved": SUCCESS,
    "already-passing": SUCCESS,
    "unchanged": NOTHING_BETTER,
    "cancelled": INTERRUPTED,
    "error": TESTS_CANNOT_RUN,
}
OF_REASON: Mapping[Reason, int] = {
    "wrong-call": WRONG_CALL,
    "tests-cannot-run": TESTS_CANNOT_RUN,
    "internal-error": TESTS_CANNOT_RUN,
    "stopped": INTERRUPTED,
    "out-of-time": NOTHING_BETTER,
}


def exit_status(proposal: Proposal, signal: int | None = None) -> int:
    """The exit status for a `proposal`; `signal` is the number of the signal that stopped its revision."""
    if signal is not None:
        return SIGNAL_BASE + signal
    return OF_STATUS[proposal.status] if proposal.reason is None else OF_REASON[proposal.reason]
