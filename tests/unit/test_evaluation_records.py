"""Records that no harness of ours would send, and folders as no honest test leaves them."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import tempfile
from pathlib import Path

import pytest

from reloc_lsp.evaluation.harness.isolation.forkserver import clear, open_record
from reloc_lsp.evaluation.harness.isolation.remove_tree import remove_tree
from reloc_lsp.evaluation.harness.protocol.codec import as_object
from reloc_lsp.evaluation.harness.protocol.messages import CanaryEnded
from reloc_lsp.evaluation.harness.protocol.messages import TestEnded as Ended
from reloc_lsp.evaluation.reports import UNTRUE, child_report, decode_record, decode_records
from reloc_lsp.search.verdict import Outcome, TestResult

PASSED = as_object(Ended(0, "passed", 0.1, 0.1, None))
CANARY = as_object(CanaryEnded("failed"))
FAILURE = {"kind": "ValueError", "message": "", "test_line": 0, "unit_lines": []}


def results_of(*raw_records):
    records, whole = decode_records(raw_records)
    return child_report([0], records, "done" if whole else "garbled", 0.0).results


@pytest.mark.parametrize(
    "odd",
    [
        {"outcome": "splendid"},
        {"outcome": ["passed"]},
        {"seconds": "soon"},
        {"seconds": [1]},
        {"wall": {}},
        {"seconds": float("inf")},
        {"seconds": 10**400},
        {"more": 1},
        {"failure": {**FAILURE, "unit_lines": 5}},
        {"failure": {**FAILURE, "unit_lines": ["x"]}},
        {"failure": {**FAILURE, "test_line": "x"}},
    ],
    ids=str,
)
def test_an_odd_record_of_a_test_is_a_failure_of_that_test(odd):
    assert results_of(CANARY, {**PASSED, **odd})[0].outcome is Outcome.FAILED


def test_a_record_without_an_outcome_is_a_failure():
    without = {key: value for key, value in PASSED.items() if key != "outcome"}
    assert results_of(CANARY, without)[0].outcome is Outcome.FAILED
    assert results_of(CANARY, PASSED)[0].outcome is Outcome.PASSED


@pytest.mark.parametrize("odd", [{}, {"kind": "TestEnded"}, {"kind": []}, {"kind": "Hello", "protocol": 1}], ids=str)
def test_what_is_no_record_ends_the_run(odd):
    assert decode_record(odd) is None
    assert results_of(CANARY, odd, PASSED)[0].outcome is Outcome.DIED


@pytest.mark.parametrize("outcomes", [[], ["passed"], [["failed"]], ["failed", None]], ids=str)
def test_passes_are_believed_only_beside_a_canary_that_failed(outcomes):
    canaries = [{**CANARY, "outcome": outcome} for outcome in outcomes]
    assert results_of(PASSED, *canaries) == {0: UNTRUE}
    assert results_of(PASSED, CANARY) == {0: TestResult(Outcome.PASSED, 0.1)}


def test_deep_nests_are_no_records():
    nest = "[" * 300 + "]" * 300
    assert open_record(b"n" + json.dumps({"test": "[" * 300}).encode(), "n") is not None
    assert open_record(f'n{{"test": {nest}}}'.encode(), "n") is None
    assert open_record(("n" + "[" * 10**6).encode(), "n") is None


def test_removing_follows_no_link(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o750)
    (outside / "kept").write_text("x")
    locked = tmp_path / "own" / "locked"
    locked.mkdir(parents=True)
    (locked / "link").symlink_to(outside)
    locked.chmod(0o500)
    remove_tree(str(tmp_path / "own"))
    assert not (tmp_path / "own").exists()
    assert stat.S_IMODE(outside.stat().st_mode) == 0o750 and (outside / "kept").exists()


def test_locked_folders_in_locked_folders_are_removed_by_an_ordinary_user():
    top = Path(tempfile.mkdtemp())
    inner = top / "a" / "b"
    inner.mkdir(parents=True)
    for folder in (inner, inner.parent):
        folder.chmod(0)
    if os.geteuid() == 0:  # whom no lock stops
        for folder in (top, top / "a", top / "a" / "b"):
            os.chown(folder, 65534, 65534)
        pid = os.fork()
        if pid == 0:
            os.setuid(65534)
            with contextlib.suppress(OSError):
                remove_tree(str(top))
            os._exit(0)
        os.waitpid(pid, 0)
    else:
        remove_tree(str(top))
    assert not top.exists()


def test_a_folder_without_end_is_removed(tmp_path, monkeypatch):
    place = tmp_path / "own"
    place.mkdir()
    monkeypatch.chdir(place)
    for _ in range(3000):
        os.mkdir("d")
        os.chdir("d")
    os.chdir(tmp_path)
    remove_tree(str(place))
    assert not place.exists()


def test_clearing_keeps_the_folder_and_leaves_what_a_link_in_its_place_leads_to(tmp_path):
    own, outside = tmp_path / "own", tmp_path / "outside"
    own.mkdir()
    outside.mkdir()
    (own / "file").touch()
    (outside / "kept").touch()
    number = own.stat().st_ino
    clear(str(own))
    assert own.stat().st_ino == number and not list(own.iterdir())
    own.rmdir()
    own.symlink_to(outside)
    clear(str(own))
    assert own.is_dir() and not own.is_symlink() and (outside / "kept").exists()
