"""The command line as a separate process, with nothing replaced."""

import json
import signal
import subprocess
import sys
import time

import pytest

PROGRAM = [sys.executable, "-m", "reloc_lsp"]
SOURCE = "def clamp(value, low, high):\n    return max(high, min(value, high))\n"
TESTS = "from m import clamp\n\ndef test_it():\n    assert [clamp(n, 0, 9) for n in (-1, 5, 12)] == [0, 5, 9]\n"
NEVER = "\ndef test_never():\n    assert clamp(0, 0, 0) == 'nought'\n"


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "m.py").write_text(SOURCE)
    (tmp_path / "test_m.py").write_text(TESTS)
    return tmp_path


def call(workspace, *arguments):
    return subprocess.run([*PROGRAM, *arguments], cwd=workspace, capture_output=True, text=True, check=False)


def test_git_applies_the_patch(workspace):
    done = call(workspace, "revise", "m.py::clamp", "--diff")
    assert done.returncode == 0, done.stderr
    assert (workspace / "m.py").read_text() == SOURCE
    subprocess.run(["git", "apply"], cwd=workspace, input=done.stdout, text=True, check=True)
    assert (workspace / "m.py").read_text() == SOURCE.replace("max(high", "max(low")


def test_what_the_tests_leave_open_is_reported(workspace):
    (workspace / "m.py").write_text("def big(size):\n    return size > 7\n")
    (workspace / "test_m.py").write_text(
        "from m import big\ndef test_big(): assert big(6) is True\ndef test_small(): assert big(3) is False\n"
    )
    report = json.loads(call(workspace, "revise", "m.py::big", "--json").stdout)
    (question,) = [sentence for sentence in report["why"] if sentence.startswith("The tests leave open: big(")]
    number = int(question.rstrip(".").rpartition(" ")[2])
    assert report["alternatives"][number - 1]["contrast"].startswith("big(")


def test_an_answer_that_is_not_sure_asks_which_revision_is_meant(workspace):
    (workspace / "m.py").write_text("def picked(a, b, c):\n    return a\n")
    (workspace / "test_m.py").write_text("from m import picked\ndef test_picked(): assert picked(1, 4, 4) == 4\n")
    trace = workspace / "trace.jsonl"
    report = json.loads(call(workspace, "revise", "m.py::picked", "--json", "--trace", str(trace)).stdout)
    confidence = report["confidence"]
    assert report["status"] == "fixed" and not confidence["sure"]
    assert confidence["question"].startswith("The tests leave open: picked(")
    assert confidence["question"] in report["message"]
    assert any(confidence["text"] in sentence for sentence in report["why"])
    recorded = [json.loads(line) for line in trace.read_text().splitlines()]
    assert [line["question"] for line in recorded if "confidence" in line] == [confidence["question"]]
    assert "Which of these do you mean?" in call(workspace, "revise", "m.py::picked").stdout


def test_invalid_escapes_in_the_file_cause_no_warnings(workspace, monkeypatch):
    monkeypatch.setenv("PYTHONWARNINGS", "default")
    (workspace / "m.py").write_text(SOURCE + 'DIGITS = "\\d+"\n')
    done = call(workspace, "revise", "m.py::clamp", "--diff")
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr and "escape" not in done.stderr


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_program_with_its_status(workspace, number, status):
    (workspace / "test_m.py").write_text(TESTS + NEVER)
    trace = workspace / "trace.jsonl"
    revise = [*PROGRAM, "revise", "m.py::clamp", "--json", "--seconds", "600", "--trace", str(trace)]
    running = subprocess.Popen(revise, cwd=workspace, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while running.poll() is None and not (trace.exists() and '"node"' in trace.read_text()):
        time.sleep(0.05)
    running.send_signal(number)
    printed, complaints = running.communicate(timeout=60)
    assert running.returncode == status, complaints
    assert json.loads(printed)["status"] == "cancelled" and complaints == ""


def test_the_demo_repairs_its_bug(tmp_path):
    done = call(tmp_path, "demo")
    assert done.returncode == 0, done.stderr
    assert "10 passed" in done.stdout and "What next" in done.stdout
