"""`revise` with a scripted revision: what it is given, what is printed and what is written."""

import argparse
import asyncio
import dataclasses
import json
import os
import signal

import pytest

from reloc_lsp.cli.commands.revise import add_arguments, revise
from reloc_lsp.program.text_edit import unified_diff
from reloc_lsp.revision import Alternative, Progress, Proposal, Target
from reloc_lsp.revision import Tests as Passing

BROKEN = "def clamp(value, low, high):\n    return max(high, min(value, high))\n"
FIXED_SOURCE = BROKEN.replace("max(high", "max(low")
PROPOSAL = Proposal(
    "fixed",
    "All 4 tests pass.",
    file="ranges.py",
    qualname="clamp",
    line=1,
    before=Passing(2, 4),
    after=Passing(4, 4),
    verified=True,
    diff=unified_diff(BROKEN, FIXED_SOURCE, "ranges.py"),
    source=FIXED_SOURCE,
    original=BROKEN,
    why=("One name was changed: high became low.",),
    notes=("The test test_coin is not stable.",),
    alternatives=(Alternative("", 4, 4, 1.0, FIXED_SOURCE),),
    cost={"evaluations": 12, "seconds": 1.5},
)
PROGRESS = [
    Progress("preparing", "copying the workspace", 0.0, 0.1),
    Progress("searching", "trying rewrites", 0.4, 0.5, evaluations=3, before=Passing(2, 4), best=Passing(2, 4)),
    Progress("searching", "trying rewrites", 0.6, 0.9, evaluations=9, before=Passing(2, 4), best=Passing(4, 4)),
    PROPOSAL,
]


class Script:
    """Replaces `Revision`: yields `items`; it calls those that are functions, and then waits until it is stopped."""

    def __init__(self, *items):
        self.items, self.stopped = items, asyncio.Event()

    def __call__(self, snapshot, target, settings, recording=None):
        self.snapshot, self.target, self.settings = snapshot, target, settings
        return self

    def stop(self):
        self.stopped.set()

    async def run(self):
        for item in self.items:
            if isinstance(item, Progress | Proposal):
                yield item
            else:
                item()
                await asyncio.wait_for(self.stopped.wait(), 60)


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pytest.ini").touch()
    (tmp_path / "ranges.py").write_text(BROKEN)
    return tmp_path / "ranges.py"


@pytest.fixture
def call(file):
    def revised(*arguments, script):
        parser = argparse.ArgumentParser()
        add_arguments(parser)
        return revise(parser.parse_args(["ranges.py::clamp", *arguments]), script)

    return revised


def test_the_revision_gets_target_and_settings(call, file):
    script = Script(PROPOSAL)
    assert call("--seconds", "7", script=script) == 0
    assert script.snapshot.root == file.parent and script.target == Target(file, "clamp")
    assert script.settings.budget.seconds == 7


def test_the_report_on_a_pipe_is_plain_text(call, file, capsys):
    assert call(script=Script(*PROGRESS)) == 0
    printed = capsys.readouterr()
    assert printed.err.splitlines() == [
        "copying the workspace",
        "trying rewrites",
        "2 of 4 tests pass",
        "2 of 4 -> 4 of 4 tests pass",
    ]
    assert "-    return max(high, min(value, high))\n+    return max(low, min(value, high))\n" in printed.out
    for sentence in (
        "clamp: 2 of 4 -> 4 of 4 tests pass",
        "One name was changed: high became low.",
        "Note: The test test_coin is not stable.",
        "Alternative 1 does as well:",
        "12 evaluations in 1.5 s",
    ):
        assert sentence in printed.out.splitlines()
    assert "\x1b" not in printed.out + printed.err and file.read_text() == BROKEN


def test_diff_prints_only_a_patch(call, file, capfdbinary):
    assert call("--diff", script=Script(*PROGRESS)) == 0
    printed = capfdbinary.readouterr()
    assert printed.out.decode() == PROPOSAL.diff
    assert b"clamp: 2 of 4 -> 4 of 4" in printed.err and file.read_text() == BROKEN


def test_json_prints_only_an_object(call, file, capsys):
    assert call("--json", script=Script(*PROGRESS)) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["source"] == FIXED_SOURCE and printed.err == ""
    assert file.read_text() == BROKEN


def test_apply_writes_the_file(call, file, capsys):
    assert call("--apply", script=Script(*PROGRESS)) == 0
    assert file.read_text() == FIXED_SOURCE and "Written to ranges.py." in capsys.readouterr().err


def test_apply_does_not_overwrite_a_file_that_changed_meanwhile(call, file, capsys):
    class Meanwhile(Script):
        async def run(self):
            file.write_text("x = 1\n")
            yield PROPOSAL

    assert call("--apply", "--json", script=Meanwhile()) == 2
    report = json.loads(capsys.readouterr().out)
    assert report["status"] == "error" and "ranges.py changed on disk" in report["message"]
    assert report["source"] == FIXED_SOURCE and file.read_text() == "x = 1\n"


@pytest.mark.parametrize("flags", [[], ["--diff"], ["--apply"]])
def test_an_error_is_a_sentence_on_stderr(call, capsys, flags):
    failed = Proposal("error", "No test reaches clamp in ranges.py.", reason="tests-cannot-run")
    assert call(*flags, script=Script(failed)) == 3
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err == "reloc-lsp: error: No test reaches clamp in ranges.py.\n"


@pytest.mark.parametrize(("status", "exit_status"), [("unchanged", 1), ("already-passing", 0)])
def test_a_result_without_a_revision(call, file, capsys, status, exit_status):
    nothing = Proposal(status, "Nothing was found.", file="ranges.py", qualname="clamp")
    assert call("--apply", script=Script(nothing)) == exit_status
    assert capsys.readouterr().out.startswith("Nothing was found.") and file.read_text() == BROKEN


@pytest.mark.parametrize(("number", "exit_status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_and_the_best_so_far_is_printed(call, file, capsys, number, exit_status):
    def interrupt():
        os.kill(os.getpid(), number)

    best = dataclasses.replace(PROPOSAL, status="cancelled", reason="stopped", verified=False)
    before = signal.getsignal(number)
    assert call("--apply", script=Script(*PROGRESS[:2], interrupt, best)) == exit_status
    assert "+    return max(low" in capsys.readouterr().out
    assert file.read_text() == BROKEN and signal.getsignal(number) is before


def test_a_read_only_file_is_reported_before_the_search(call, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(Exception, match=r"ranges\.py may not be written"):
        call("--apply", script=None)


def test_a_patch_has_the_encoding_of_its_file(call, capfdbinary):
    before = "# -*- coding: latin-1 -*-\r\nx = 'é'\r\n"
    diff = unified_diff(before, before.replace("é", "è"), "ranges.py")
    call("--diff", script=Script(dataclasses.replace(PROPOSAL, original=before, diff=diff)))
    assert b"+x = '\xe8'\r\n" in capfdbinary.readouterr().out
