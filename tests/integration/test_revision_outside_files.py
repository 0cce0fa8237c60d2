"""A workspace that is a part of a repository: what its tests read beside it is copied too, or said to be missing."""

from __future__ import annotations

import pytest

from reloc_lsp.revision import Proposal, Revision, Snapshot, Target
from reloc_lsp.search.budget import Budget
from reloc_lsp.settings import EvaluationSettings, Settings

UNIT = "def limit(read):\n    return read()['low']\n"
ABOVE = "import json\nfrom pathlib import Path\n\nABOVE = Path(__file__).resolve().parents[2]\n\n"
TESTS = "from prices import limit\nfrom rates import rates\n\n\ndef test_limit():\n    assert limit(rates) == 7\n"
READERS = {
    "while a test runs": "def rates():\n    return json.loads((ABOVE / 'data/eu/rates.json').read_text())\n",
    "at import": "RATES = json.loads(open(f'{ABOVE}/data/eu/rates.json').read())\n\n\ndef rates():\n    return RATES\n",
    "only if it exists": (
        "def rates():\n    file = ABOVE / 'data/eu/rates.json'\n"
        "    return json.loads(file.read_text()) if file.exists() else {'low': 0, 'high': 0}\n"
    ),
    "as a module": (
        "import sys\n\nsys.path.insert(0, str(ABOVE / 'data'))\nfrom shared import RATES\n\n\n"
        "def rates():\n    return RATES\n"
    ),
}


async def proposal_for(root):
    settings = Settings(budget=Budget(seconds=90, evaluations=40), evaluation=EvaluationSettings(workers=1))
    run = Revision(Snapshot(root), Target(root / "prices.py", "limit"), settings).run()
    (proposal,) = [item async for item in run if isinstance(item, Proposal)]
    return proposal


def repository(write, reader):
    return write(
        {
            "data/eu/rates.json": '{"low": 3, "high": 7}',
            "data/shared.py": "RATES = {'low': 3, 'high': 7}\n",
            "data/.env": "TOKEN=1",
            ".hidden/rates.json": '{"low": 3, "high": 7}',
            "services/prices/prices.py": UNIT,
            "services/prices/rates.py": ABOVE + reader,
            "services/prices/test_prices.py": TESTS,
        }
    )


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
async def test_what_the_tests_read_beside_the_workspace_is_copied_too(reader, write):
    root = repository(write, reader) / "services" / "prices"
    proposal = await proposal_for(root)
    assert "Copied too, because the tests read it: ../../data." in proposal.notes, proposal
    assert "assert 3 == 7" in proposal.failure


async def test_nothing_is_proposed_where_tests_fail_for_what_is_not_copied(write):
    reader = "def rates():\n    return json.loads((ABOVE / '.hidden/rates.json').read_text())\n"
    root = repository(write, reader) / "services" / "prices"
    proposal = await proposal_for(root)
    assert (proposal.status, proposal.reason) == ("error", "tests-cannot-run")
    assert f"../../.hidden/rates.json is outside of the workspace {root}" in proposal.message


async def test_a_file_that_is_nowhere_is_the_units_own_fault(write):
    reader = "def rates():\n    return json.loads((ABOVE / 'data/us/rates.json').read_text())\n"
    proposal = await proposal_for(repository(write, reader) / "services" / "prices")
    assert proposal.status == "unchanged" and "FileNotFoundError" in proposal.failure, proposal


@pytest.mark.parametrize("secret", ["keys/.env", "keys/.ssh/config", ".hidden/rates.json", "secrets/rates.json"])
async def test_a_link_to_what_is_withheld_is_not_followed(secret, write):
    reader = "def rates():\n    return json.loads((ABOVE / 'open/rates.json').read_text())\n"
    root = repository(write, reader)
    write({secret: '{"low": 3, "high": 7}'})
    (root / "open").mkdir()
    (root / "open/rates.json").symlink_to(root / secret)
    proposal = await proposal_for(root / "services" / "prices")
    assert (proposal.status, proposal.reason) == ("error", "tests-cannot-run")
    assert "../../open/rates.json" in proposal.message


async def test_a_link_to_a_folder_of_keys_is_not_followed(write):
    reader = "def rates():\n    return json.loads((ABOVE / 'open/config').read_text())\n"
    root = repository(write, reader)
    write({"keys/.ssh/config": '{"low": 3, "high": 7}'})
    (root / "open").symlink_to(root / "keys/.ssh")
    proposal = await proposal_for(root / "services" / "prices")
    assert (proposal.status, proposal.reason) == ("error", "tests-cannot-run")


async def test_a_link_to_other_data_is_followed(write):
    reader = "def rates():\n    return json.loads((ABOVE / 'open/rates.json').read_text())\n"
    root = repository(write, reader)
    (root / "open").symlink_to(root / "data/eu")
    proposal = await proposal_for(root / "services" / "prices")
    assert "Copied too, because the tests read it: ../../open." in proposal.notes, proposal
