"""A revision without a target: which of several suspicious functions it proposes to revise."""

from __future__ import annotations

from reloc_lsp.revision import Proposal, Revision, Snapshot, Target
from reloc_lsp.search.budget import Budget
from reloc_lsp.settings import EvaluationSettings, Settings

# No rewrite helps `hopeless`, and `partly` only as far as one of its tests goes.
SOURCE = "def hopeless(x):\n    return x\n\n\ndef partly(x):\n    return x + 2\n"
TESTS = """\
import pytest
from m import hopeless, partly

@pytest.mark.parametrize("n", range(4))
def test_hopeless(n):
    assert hopeless(object) == "never this"

def test_easy():
    assert partly(2) == 4

def test_one():
    assert partly(4) == 8

def test_other():
    assert partly(1) == "never that"
"""


async def test_an_improvement_of_a_later_suspect_is_kept(tmp_path):
    (tmp_path / "m.py").write_text(SOURCE)
    (tmp_path / "test_m.py").write_text(TESTS)
    settings = Settings(budget=Budget(seconds=20), evaluation=EvaluationSettings(workers=1))
    (proposal,) = [
        item async for item in Revision(Snapshot(tmp_path), Target(), settings).run() if isinstance(item, Proposal)
    ]
    assert (proposal.status, proposal.qualname, proposal.verified) == ("improved", "partly", True), proposal
