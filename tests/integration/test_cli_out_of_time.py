"""`revise` when the time is up before a fresh run of the tests confirms the best revision."""

import argparse
import json

from reloc_lsp.cli.commands.revise import add_arguments, revise
from reloc_lsp.revision import Revision, pipeline

BROKEN = "def clamp(value, low, high):\n    return max(high, min(value, high))\n"
FIXED = BROKEN.replace("max(high", "max(low")
# Only a process that imports the fixed file is slow, as the one for the confirmation does.
TESTS = """\
import time
from pathlib import Path

import ranges

if "max(low" in Path(ranges.__file__).read_text():
    time.sleep(60)

def test_it():
    assert [ranges.clamp(n, 0, 9) for n in (-1, 5, 12)] == [0, 5, 9]
"""


def test_an_unconfirmed_revision_is_shown_but_not_written(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(pipeline, "GRACE_SECONDS", 0.0)
    (tmp_path / "ranges.py").write_text(BROKEN)
    (tmp_path / "test_ranges.py").write_text(TESTS)
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    call = ["ranges.py::clamp", "--apply", "--json", "--seconds", "20"]
    assert revise(parser.parse_args(call), Revision) == 1
    answer = json.loads(capsys.readouterr().out)
    assert (answer["status"], answer["verified"], answer["source"]) == ("cancelled", False, FIXED)
    assert "+    return max(low, min(value, high))" in answer["diff"]
    assert "The time was up before a fresh run could confirm" in answer["message"]
    assert (tmp_path / "ranges.py").read_text() == BROKEN
