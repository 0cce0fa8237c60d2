"""Where no process can be forked, every run is a cold process.

These tests do not need Windows. They run on POSIX: the controller believes that it cannot fork, and everything that
Windows lacks (below) is removed from the project's interpreter. Then whole revisions run. They do not show how the
pipes, event loop, paths and locked files of Windows behave.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from verdicts import evaluate, outcomes

from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.harness.protocol.messages import ColdJob, StampedRecord
from reloc_lsp.evaluation.harness.protocol.test_ids import WantedTest
from reloc_lsp.evaluation.harness.protocol.values import Limit, RunRequest
from reloc_lsp.evaluation.tiers import HarnessLauncher
from reloc_lsp.evaluation.workspace.scratch_copy import ScratchCopy
from reloc_lsp.revision import Proposal, Revision, Snapshot, Target
from reloc_lsp.search.budget import Budget
from reloc_lsp.search.verdict import Outcome
from reloc_lsp.settings import Settings

LIKE_WINDOWS = """
import os, signal, sys

for name in ("fork", "forkpty", "killpg", "setpgid", "setsid", "register_at_fork"):
    if hasattr(os, name):
        delattr(os, name)
for name in ("SIGKILL", "SIGHUP", "SIGXFSZ", "SIGALRM", "SIGCHLD", "alarm", "setitimer"):
    if hasattr(signal, name):
        delattr(signal, name)
for name in ("resource", "fcntl", "pwd", "grp", "termios"):
    sys.modules[name] = None
print("printed while the interpreter starts")
"""
MODULE = "def clamp(value, low, high):\n    return max(low, max(value, high))\n"
FIXED = "def clamp(value, low, high):\n    return max(low, min(value, high))\n"
TESTS = """
from ranges import clamp

def test_below(): assert clamp(-1, 0, 9) == 0
def test_above(): assert clamp(10, 0, 9) == 9
def test_inside(): assert clamp(5, 0, 9) == 5
def test_empty(): assert clamp(3, 3, 3) == 3
"""


def body(text: str) -> str:
    return f"def clamp(value, low, high):\n    {text}\n"


@pytest.fixture(autouse=True)
def like_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No forks and no process groups; in the harness nothing that only POSIX has."""
    blocker = tmp_path / "like_windows"
    blocker.mkdir()
    (blocker / "sitecustomize.py").write_text(LIKE_WINDOWS)
    monkeypatch.setenv("PYTHONPATH", str(blocker))
    monkeypatch.setattr("reloc_lsp.evaluation.tiers.collect.can_fork", lambda: False)
    monkeypatch.delattr(os, "killpg")


@pytest.fixture
def project(write) -> Path:
    return write({"ranges.py": MODULE, "test_ranges.py": TESTS})


async def revised(root: Path, target: Target, **budget: float) -> Proposal:
    settings = Settings(budget=Budget(**{"seconds": 100.0, **budget}))
    items = [item async for item in Revision(Snapshot(root), target, settings).run()]
    assert isinstance(items[-1], Proposal)
    return items[-1]


async def test_a_named_function_is_fixed(project):
    proposal = await revised(project, Target(project / "ranges.py", "clamp"), evaluations=12)
    assert (proposal.status, proposal.verified) == ("fixed", True), proposal.message
    assert (proposal.before.passed, proposal.after.passed, proposal.after.total) == (1, 4, 4)


async def test_the_faulty_function_is_found(project):
    (project / "right.py").write_text("def double(a):\n    return 2 * a\n")
    (project / "test_right.py").write_text("from right import double\ndef test(): assert double(2) == 4\n")
    proposal = await revised(project, Target(), evaluations=1)
    assert proposal.qualname == "clamp"
    assert proposal.before.total == 4


async def test_candidates_that_hang_or_exit_are_ended_and_only_they_fail(project, start_evaluator):
    """Nothing of them is left, and no more tests are run than the decision takes."""
    evaluator = await start_evaluator(project, "ranges.py::clamp")
    assert evaluator.baseline.tier.name == "cold"
    hangs, leaves, breaks, right, wrong = await evaluate(
        evaluator,
        body("while True: pass"),
        body("import os; os._exit(0)"),
        body("return ("),
        FIXED,
        body("return None"),
    )
    assert Outcome.TIMEOUT in set(outcomes(hangs).values()) <= {Outcome.TIMEOUT, Outcome.FAILED}
    assert Outcome.DIED in set(outcomes(leaves).values()) <= {Outcome.DIED, Outcome.NOT_RUN}
    assert not breaks.passed
    assert right.all_passed
    assert Outcome.NOT_RUN in outcomes(wrong).values()
    assert not list(evaluator.launcher.copy.folder.glob("copy-*"))


async def test_only_the_test_that_hangs_times_out(project, start_evaluator):
    evaluator = await start_evaluator(project, "ranges.py::clamp")
    source = body("while value == 10: pass") + "    return max(low, min(value, high))\n"
    report = await evaluator.baseline.tier.run(source, RunRequest(dict.fromkeys([0, 1, 2, 3], Limit(1.0, 1.0))))
    assert {n: result.outcome for n, result in report.results.items()} == {0: Outcome.PASSED, 1: Outcome.TIMEOUT}
    report = await evaluator.baseline.tier.run(source, RunRequest(dict.fromkeys([2, 3], Limit(1.0, 1.0))))
    assert [result.outcome for result in report.results.values()] == [Outcome.PASSED] * 2


async def test_the_baseline_finds_flaky_tests_and_the_lines_that_they_run(project, start_evaluator, tmp_path):
    (project / "test_turns.py").write_text(
        "from pathlib import Path\n"
        "from ranges import clamp\n"
        "def test_every_other_time():\n"
        f"    turns = Path({str(tmp_path / 'turns')!r})\n"
        "    turns.write_text(turns.read_text() + '.' if turns.exists() else '')\n"
        "    assert clamp(3, 3, 3) == 3 and len(turns.read_text()) % 2\n"
    )
    evaluator = await start_evaluator(
        project, "ranges.py::clamp", tests=["test_ranges.py", "test_turns.py"], sandbox="none"
    )
    assert list(evaluator.baseline.flaky) == ["test_turns.py::test_every_other_time"]
    assert evaluator.baseline.lines[0] == {2}
    assert evaluator.baseline.types["value"] == {"int"}


async def test_a_unit_that_only_runs_at_import_is_evaluated(write, start_evaluator):
    module = "def size():\n    return 3\n\nSIZE = size()\n"
    test = "from m import SIZE\ndef test(): assert SIZE == 4\n"
    evaluator = await start_evaluator(write({"m.py": module, "test_m.py": test}), "m.py::size")
    (verdict,) = await evaluate(evaluator, "def size():\n    return 4\n")
    assert verdict.all_passed


async def test_files_that_cannot_be_collected_are_reported(write, start_evaluator):
    root = write({"ranges.py": MODULE, "test_ranges.py": "import no_such_module\n"})
    with pytest.raises(EvaluationError, match="no_such_module"):
        await start_evaluator(root, "ranges.py::clamp")


async def test_a_hanging_test_ends_with_its_controller(write, active_interpreter):
    """The end of its channel is all that a process on Windows notices."""
    root = write({"test_m.py": "def test():\n    while True: pass\n"})
    copy = ScratchCopy(root, {})
    job = ColdJob("n", (WantedTest(0, "test_m.py::test", 0, 1),), ("test_m.py",), "")
    process = await HarnessLauncher(copy, active_interpreter, 1).start(job, copy.root)
    running = False
    while not running:
        message = await process.receive()
        running = isinstance(message, StampedRecord) and message.record["kind"] == "TestBegins"
    assert process.process.returncode is None
    process._writer.close()
    await asyncio.wait_for(process.process.wait(), 60)
    await process.close()
    copy.close()
