"""Sentences for the command line, worded for an editor: settings in place of flags."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reloc_lsp.revision import Proposal

SETTINGS = {
    "--tests": "evaluation.tests",
    "--seconds": "budget.seconds",
    "--interpreter": "evaluation.interpreter",
    "--sandbox": "evaluation.sandbox",
}
"""The settings that the flags in messages stand for."""
_FLAG = re.compile(rf"({'|'.join(SETTINGS)})\b(?: or the setting reloc(?:\.\w+)+)?")


def worded_for_editors(proposal: Proposal) -> Proposal:
    """The proposal with settings in place of flags in its message and notes."""
    return replace(proposal, message=_worded(proposal.message), notes=tuple(map(_worded, proposal.notes)))


def _worded(text: str) -> str:
    return _FLAG.sub(lambda flag: f"the setting reloc.{SETTINGS[flag[1]]}", text)
