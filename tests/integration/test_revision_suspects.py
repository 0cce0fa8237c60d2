"""A revision without a target: which of several suspicious functions it proposes to revise."""

from __future__ import annotations

import pytest

from reloc_lsp.cli.target_parsing import parse_target
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
    settings = Settings(budget=Budget(seconds=30), evaluation=EvaluationSettings(workers=1))
    (proposal,) = [
        item async for item in Revision(Snapshot(tmp_path), Target(), settings).run() if isinstance(item, Proposal)
    ]
    assert (proposal.status, proposal.qualname, proposal.verified) == ("improved", "partly", True), proposal


PRICES = "def half(x):\n    return x / 2\n\n\ndef gross(net):\n    return half(net) + 1\n"
TESTS_OF_PRICES = """\
import pytest
from prices import gross, half

@pytest.fixture
def net():
    return 8

class TestGross:
    def test_gross(self, net):
        assert gross(net) == 3

    @pytest.mark.parametrize("text", ["a::b", "c.d"])
    def test_text(self, text):
        assert half(len(text)) != 0

def test_half():
    assert half(4) == 2
"""


@pytest.fixture
def prices(tmp_path):
    (tmp_path / "prices.py").write_text(PRICES)
    (tmp_path / "test_prices.py").write_text(TESTS_OF_PRICES)
    (tmp_path / "conftest.py").write_text("def rate():\n    return 1\n")
    return tmp_path


async def test_helpers_of_the_tests_are_no_suspects(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "helpers.py").write_text("def check(one, other):\n    assert one == other\n")
    (tmp_path / "tests" / "test_prices.py").write_text(
        "from helpers import check\nfrom prices import gross\n\ndef test_gross():\n    check(gross(8), 3)\n"
    )
    (tmp_path / "prices.py").write_text("def gross(net):\n    return net / 4 + 2\n")
    proposal = await proposal_for("tests/test_prices.py::test_gross", tmp_path)
    assert (proposal.status, proposal.qualname) == ("fixed", "gross"), proposal


async def proposal_for(text, root):
    settings = Settings(budget=Budget(seconds=60), evaluation=EvaluationSettings(workers=1))
    run = Revision(Snapshot(root), parse_target(text, root), settings).run()
    (proposal,) = [item async for item in run if isinstance(item, Proposal)]
    return proposal


@pytest.mark.parametrize("target", ["test_prices.py::TestGross::test_gross", "test_prices.py:10"])
async def test_a_test_stands_for_the_code_that_it_is_about(target, prices):
    proposal = await proposal_for(target, prices)
    assert (proposal.status, proposal.file, proposal.qualname) == ("fixed", "prices.py", "gross"), proposal
    assert "TestGross::test_gross is a test, and tests are never revised" in proposal.notes[0]


async def test_the_parameters_of_a_node_id_select_one_test(prices):
    proposal = await proposal_for("test_prices.py::TestGross::test_text[a::b]", prices)
    assert (proposal.status, proposal.message) == ("already-passing", "All 1 tests pass already.")


@pytest.mark.parametrize("target", ["test_prices.py::net", "conftest.py::rate", "conftest.py"])
async def test_what_stands_for_no_test_is_refused_with_what_to_write(target, prices):
    proposal = await proposal_for(target, prices)
    assert (proposal.status, proposal.reason) == ("error", "wrong-call")
    assert "tests are never revised. Name the function" in proposal.message
