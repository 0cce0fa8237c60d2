"""Tests that do not end with the unchanged code: they are stopped soon, named, and show where the fault is."""

from __future__ import annotations

import pytest
from verdicts import evaluate, outcomes

from reloc_lsp.evaluation.selection.fault_localization import localize_faults
from reloc_lsp.revision import Proposal, Revision, Snapshot, Target
from reloc_lsp.search.budget import Budget
from reloc_lsp.search.verdict import Outcome
from reloc_lsp.settings import EvaluationSettings, Settings

QUEUE = """\
import threading


class Turnstile:
    def __init__(self):
        self.open = threading.Lock()

    def enter(self):
        self.open.acquire()

    def leave(self):
        self.open.acquire()


def steps(number):
    count = 0
    while number > 0:
        number += 1
        count += 1
    return count


def half(number):
    return number // 2
"""
TESTS = """\
from m import Turnstile, half, steps

def test_one_after_the_other():
    turnstile = Turnstile()
    for _ in range(2):
        turnstile.enter()
        turnstile.leave()

def test_three_steps():
    assert steps(3) == 3

def test_no_step():
    assert steps(0) == 0

def test_half():
    assert half(4) == 2
"""
FILES = {"m.py": QUEUE, "test_m.py": TESTS}


async def test_a_test_that_waits_for_ever_is_stopped_and_named_with_its_place(write, start_evaluator):
    evaluator = await start_evaluator(write(FILES), "m.py::Turnstile.leave")
    (note,) = [note for note in evaluator.baseline.notes if "did not end" in note]
    assert note.startswith("test_m.py::test_one_after_the_other did not end")
    assert note.endswith("at m.py:12 in leave.")
    (verdict,) = await evaluate(evaluator, "    def leave(self):\n        self.open.release()\n")
    assert verdict.all_passed


async def test_candidates_that_hang_as_before_cost_little(write, start_evaluator):
    evaluator = await start_evaluator(write(FILES), "m.py::Turnstile.leave")
    assert all(limit.wall <= 1.0 for limit in evaluator.baseline.limits.values()), evaluator.baseline.limits
    (verdict,) = await evaluate(evaluator, "    def leave(self):\n        self.open.acquire(True)\n")
    assert outcomes(verdict)["test_one_after_the_other"] is Outcome.TIMEOUT


async def test_the_loop_that_never_ends_is_the_most_suspicious_place(write, start_evaluator):
    evaluator = await start_evaluator(write(FILES), "m.py::steps")
    found = localize_faults(evaluator.baseline, evaluator.location.module.tree).suspicion
    assert {17, 18, 19} <= {line for line, value in found.items() if value >= 0.95}
    assert found[20] < 0.95


@pytest.mark.parametrize("target", ["steps", None])
async def test_a_loop_that_never_ends_is_repaired_with_and_without_a_target(write, target):
    wrong, right = (f"def leave(self):\n        self.open.{name}()" for name in ("acquire", "release"))
    root = write({**FILES, "m.py": QUEUE.replace(wrong, right)})
    settings = Settings(budget=Budget(seconds=60), evaluation=EvaluationSettings(workers=1))
    where = Target(root / "m.py", target) if target else Target()
    (proposal,) = [item async for item in Revision(Snapshot(root), where, settings).run() if isinstance(item, Proposal)]
    assert (proposal.status, proposal.qualname) == ("fixed", "steps"), proposal
    assert "number -= 1" in proposal.source or "number += -1" in proposal.source


async def test_a_slow_test_beside_quick_ones_is_not_taken_for_one_that_hangs(write, start_evaluator):
    slow = "import time\nfrom m import half\n\ndef test_slow():\n    time.sleep(2)\n    assert half(4) == 3\n"
    slower = "\ndef test_other():\n    time.sleep(0.2)\n    assert half(4) == 2\n"
    evaluator = await start_evaluator(write({"m.py": QUEUE, "test_m.py": slow + slower}), "m.py::half")
    assert outcomes(evaluator.unchanged)["test_slow"] is Outcome.FAILED
