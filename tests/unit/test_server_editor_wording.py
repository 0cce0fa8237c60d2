"""Messages in an editor name settings, where those of the command line name flags."""

from __future__ import annotations

from reloc_lsp.revision.proposal import Proposal
from reloc_lsp.server.jobs.editor_wording import worded_for_editors


def test_flags_become_settings():
    told = Proposal(
        "error",
        "Mend that, or name other tests with --tests.",
        notes=(
            "Name another one with --interpreter or the setting reloc.evaluation.interpreter.",
            "Use --sandbox none.",
        ),
    )
    shown = worded_for_editors(told)
    assert shown.message == "Mend that, or name other tests with the setting reloc.evaluation.tests."
    assert shown.notes == (
        "Name another one with the setting reloc.evaluation.interpreter.",
        "Use the setting reloc.evaluation.sandbox none.",
    )
