"""`revise` around a revision that follows a script: what is asked of it, printed and written."""

import argparse
import asyncio
import dataclasses
import json
import os
import signal

import pytest

from reloc_lsp.cli.revise import add_arguments, revise
from reloc_lsp.program.text_edit import unified_diff
from reloc_lsp.revision import Alternative, Progress, Proposal, Target
from reloc_lsp.revision import Tests as Passing

BROKEN = "def clamp(value, low, high):\n    return max(high, min(value, high))\n"
MENDED = BROKEN.replace("max(high", "max(low")
FIXED = Proposal(
    "fixed",
    "All 4 tests pass.",
    file="ranges.py",
    qualname="clamp",
    line=1,
    before=Passing(2, 4),
    after=Passing(4, 4),
    verified=True,
    diff=unified_diff(BROKEN, MENDED, "ranges.py"),
    source=MENDED,
    original=BROKEN,
    why=("One name was changed: high became low.",),
    notes=("The test test_coin is not stable.",),
    alternatives=(Alternative("", 4, 4, 1.0, MENDED),),
    cost={"evaluations": 12, "seconds": 1.5},
)
PROGRESS = [
    Progress("preparing", "copying the workspace", 0.0, 0.1),
    Progress("searching", "trying rewrites", 0.4, 0.5, evaluations=3, before=Passing(2, 4), best=Passing(2, 4)),
    Progress("searching", "trying rewrites", 0.6, 0.9, evaluations=9, before=Passing(2, 4), best=Passing(4, 4)),
    FIXED,
]


class Script:
    """Stands in for `Revision`: plays `items`, calling those that are functions, and waits where told to."""

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
                await asyncio.wait_for(self.stopped.wait(), 10)


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


def test_what_is_asked_for(call, file):
    script = Script(FIXED)
    assert call("--seconds", "7", script=script) == 0
    assert script.snapshot.root == file.parent and script.target == Target(file, "clamp")
    assert script.settings.budget.seconds == 7


def test_report_on_a_pipe_is_plain(call, file, capsys):
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
        "1 other revision does as well: --json shows it.",
        "12 evaluations in 1.5 s",
    ):
        assert sentence in printed.out.splitlines()
    assert "\x1b" not in printed.out + printed.err and file.read_text() == BROKEN


def test_diff_is_a_patch_and_nothing_else(call, file, capfdbinary):
    assert call("--diff", script=Script(*PROGRESS)) == 0
    printed = capfdbinary.readouterr()
    assert printed.out.decode() == FIXED.diff
    assert b"clamp: 2 of 4 -> 4 of 4" in printed.err and file.read_text() == BROKEN


def test_json_is_an_object_and_nothing_else(call, file, capsys):
    assert call("--json", script=Script(*PROGRESS)) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["source"] == MENDED and printed.err == ""
    assert file.read_text() == BROKEN


def test_apply_writes(call, file, capsys):
    assert call("--apply", script=Script(*PROGRESS)) == 0
    assert file.read_text() == MENDED and "Written to ranges.py." in capsys.readouterr().err


def test_apply_keeps_what_someone_else_wrote_meanwhile(call, file, capsys):
    class Meanwhile(Script):
        async def run(self):
            file.write_text("x = 1\n")
            yield FIXED

    assert call("--apply", "--json", script=Meanwhile()) == 2
    report = json.loads(capsys.readouterr().out)
    assert report["status"] == "error" and "ranges.py changed on disk" in report["message"]
    assert report["source"] == MENDED and file.read_text() == "x = 1\n"


@pytest.mark.parametrize("flags", [[], ["--diff"], ["--apply"]])
def test_an_error_is_a_sentence_on_stderr(call, capsys, flags):
    failed = Proposal("error", "No test reaches clamp in ranges.py.", reason="tests-cannot-run")
    assert call(*flags, script=Script(failed)) == 3
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err == "reloc-lsp: error: No test reaches clamp in ranges.py.\n"


@pytest.mark.parametrize(("status", "exit_status"), [("unchanged", 1), ("already-passing", 0)])
def test_nothing_to_show(call, file, capsys, status, exit_status):
    nothing = Proposal(status, "Nothing was found.", file="ranges.py", qualname="clamp")
    assert call("--apply", script=Script(nothing)) == exit_status
    assert capsys.readouterr().out.startswith("Nothing was found.") and file.read_text() == BROKEN


@pytest.mark.parametrize(("number", "exit_status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_and_the_best_so_far_is_printed(call, file, capsys, number, exit_status):
    def interrupt():
        os.kill(os.getpid(), number)

    best = dataclasses.replace(FIXED, status="cancelled", reason="stopped", verified=False)
    before = signal.getsignal(number)
    assert call("--apply", script=Script(*PROGRESS[:2], interrupt, best)) == exit_status
    assert "+    return max(low" in capsys.readouterr().out
    assert file.read_text() == BROKEN and signal.getsignal(number) is before


def test_read_only_is_found_out_before_the_search(call, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(Exception, match=r"ranges\.py may not be written"):
        call("--apply", script=None)


def test_a_patch_has_the_bytes_of_its_file(call, capfdbinary):
    before = "# -*- coding: latin-1 -*-\r\nx = 'é'\r\n"
    diff = unified_diff(before, before.replace("é", "è"), "ranges.py")
    call("--diff", script=Script(dataclasses.replace(FIXED, original=before, diff=diff)))
    assert b"+x = '\xe8'\r\n" in capfdbinary.readouterr().out
