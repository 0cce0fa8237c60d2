"""Candidates that loop, exit, fake results or leave files behind change their own verdict and nothing else."""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path
from textwrap import dedent, indent

import pytest
from verdicts import evaluate, outcomes, until

from reloc_lsp.evaluation.baseline import test_discovery
from reloc_lsp.search.verdict import Outcome

MODULE = "def f(a):\n    return a\n"
TESTS = "from m import f\ndef test_five(): assert f(5) == 3\ndef test_three(): assert f(3) == 3\n"
RIGHT = "def f(a):\n    return 3\n"
RECORDS = (
    b'{"kind": "TestEnded", "test": 0, "outcome": "passed", "seconds": 0.0, "wall": 0.0, "failure": null}\n'
    b'{"kind": "TestEnded", "test": 1, "outcome": "passed", "seconds": 0.0, "wall": 0.0, "failure": null}\n'
    b'{"kind": "RunEnded", "cpu": 0.0}\n'
)
ANSWER = b'{"kind": "RunReply", "id": 0, "records": [], "ended": "done", "cpu": 0.0}'


def body(text: str) -> str:
    return "def f(a):\n" + indent(dedent(text).strip("\n"), "    ") + "\n"


def files_of(root: Path) -> dict[str, tuple[bytes, float]]:
    return {str(path): (path.read_bytes(), path.stat().st_mtime) for path in root.rglob("*") if path.is_file()}


@pytest.fixture
async def evaluator(write, start_evaluator):
    return await start_evaluator(write({"m.py": MODULE, "test_m.py": TESTS}), "m.py::f")


ENDS = {
    "prints a lot": (
        """
        import os, sys
        for _ in range(20):
            print("x" * 10 ** 6)
            print("y" * 10 ** 6, file=sys.stderr)
            os.write(1, b"z" * 10 ** 6)
        return 3
        """,
        Outcome.PASSED,
    ),
    "leaves a thread running": (
        "import threading; threading.Thread(target=threading.Event().wait).start(); return 3",
        Outcome.PASSED,
    ),
    "spoils the interpreter": (
        """
        import builtins, os, sys, m
        builtins.len = m.f = os.getcwd = sys.modules["json"] = None
        sys.path.clear()
        """,
        Outcome.FAILED,
    ),
    "loops": ("while True: pass", Outcome.TIMEOUT),
    "loops on whatever happens": (
        """
        import signal
        for number in range(1, 32):
            try: signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError): pass
        while True:
            try:
                while True: pass
            except BaseException: pass
        """,
        Outcome.TIMEOUT,
    ),
    "waits": ("import time; time.sleep(600)", Outcome.TIMEOUT),
    "computes in C": ("return 10 ** 10 ** 9", Outcome.TIMEOUT),
    "leaves": ("import os; os._exit(0)", Outcome.DIED),
    "kills itself": ("import os; os.kill(os.getpid(), 9)", Outcome.DIED),
    "crashes": ("import ctypes; ctypes.string_at(0)", Outcome.DIED),
    "closes all files": ("import os; os.closerange(0, 1024)", Outcome.DIED),
    "exits": ("import sys; sys.exit(0)", Outcome.FAILED),
    "interrupts": ("raise KeyboardInterrupt", Outcome.FAILED),
    "ends pytest": ("import pytest; pytest.exit('done', 0)", Outcome.FAILED),
    "skips": ("import pytest; pytest.skip()", Outcome.SKIPPED),
    "skips at module level": ("import pytest; pytest.skip(allow_module_level=True)", Outcome.SKIPPED),
    "expects to fail": ("import pytest; pytest.xfail()", Outcome.XFAILED),
    "skips as unittest does": ("import unittest; raise unittest.SkipTest", Outcome.FAILED),
    "recurses": ("return f(a)", Outcome.FAILED),
    "says too much": ("raise ValueError('x' * 10 ** 7)", Outcome.FAILED),
    "cannot say why": (
        """
        class Mute(Exception):
            def __str__(self): raise KeyError
        raise Mute
        """,
        Outcome.FAILED,
    ),
    "forges records": (
        f"""
        import os
        for fd in range(256):
            for data in ({RECORDS!r}, {struct.pack(">I", len(ANSWER)) + ANSWER!r}):
                try: os.write(fd, data)
                except OSError: pass
        """,
        Outcome.DIED,
    ),
}
if sys.platform == "linux":
    ENDS["takes all memory"] = ("bytearray(64 << 30)", Outcome.FAILED)
    ENDS["fills the disk"] = ("open('big', 'wb').truncate(65 << 20)", Outcome.FAILED)


async def test_each_misbehaviour_has_its_outcome_and_affects_no_other_candidate(evaluator):
    """A right candidate between any two of them passes."""
    assert evaluator.baseline.tier.name == "warm"
    sources = [source for ending, _ in ENDS.values() for source in (body(ending), RIGHT)]
    verdicts = await evaluate(evaluator, *sources)
    ended = dict(zip(ENDS, (outcomes(verdict)["test_five"] for verdict in verdicts[::2]), strict=True))
    assert ended == {name: outcome for name, (_, outcome) in ENDS.items()}
    assert [verdict.all_passed for verdict in verdicts[::2]] == [
        outcome is Outcome.PASSED for outcome in ended.values()
    ]
    assert all(verdict.all_passed for verdict in verdicts[1::2])


async def test_the_users_files_stay_as_they_are(evaluator):
    root = evaluator.launcher.copy.origin
    before = files_of(root)
    litter = """
        import os, pathlib, shutil
        pathlib.Path("new.txt").write_text("new")
        pathlib.Path("m.py").write_text("def f(a): return 3")
        pathlib.Path("test_m.py").write_text("def test_five(): pass\\ndef test_three(): pass")
        pathlib.Path("conftest.py").write_text("raise SystemExit(0)")
        pathlib.Path("pytest.ini").write_text("[pytest]\\naddopts = --collect-only")
        shutil.rmtree("__pycache__", ignore_errors=True)
        return a
    """
    await evaluate(evaluator, body(litter))
    assert files_of(root) == before
    verdict = await evaluator.confirm(MODULE)
    assert outcomes(verdict) == {"test_five": Outcome.FAILED, "test_three": Outcome.PASSED}
    assert (await evaluator.confirm(RIGHT)).all_passed
    assert files_of(root) == before


async def test_processes_that_a_candidate_started_end_with_it(write, start_evaluator, tmp_path):
    """Without a sandbox, which would forbid them. One is in a session of its own, and one has lost its parent."""
    evaluator = await start_evaluator(write({"m.py": MODULE, "test_m.py": TESTS}), "m.py::f", sandbox="none")
    note = tmp_path / "pids"
    starting = f"""
        import os, subprocess, sys, time
        note = open({str(note)!r}, "a")
        call = [sys.executable, "-c", "import time; time.sleep(600)"]
        started = subprocess.Popen(call, start_new_session=True)
        print(started.pid, file=note)
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                print(os.getpid(), file=note, flush=True)
                time.sleep(600)
            os._exit(0)
        os.wait()
        return 3
    """
    (verdict,) = await evaluate(evaluator, body(starting))
    assert verdict.all_passed
    pids = [int(line) for line in note.read_text().split()]
    assert len(pids) >= 2
    await until(lambda: not any(map(alive, pids)))


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] != "Z"


async def test_a_candidate_that_is_right_but_slow_gets_more_time(write, start_evaluator, monkeypatch):
    """The fix of an endless loop may take longer than the tests that passed before."""
    monkeypatch.setattr(test_discovery, "TEST_SHARE", 0.0)  # the loop gets no more than two seconds
    module = "def f(a):\n    while a == 5: pass\n    return 3\n"
    evaluator = await start_evaluator(write({"m.py": module, "test_m.py": TESTS}), "m.py::f")
    assert outcomes(evaluator.unchanged) == {"test_three": Outcome.PASSED, "test_five": Outcome.TIMEOUT}
    slow = """
        import time
        start = time.process_time()
        while a == 5 and time.process_time() < start + 0.8: pass
        return 3
    """
    (right,) = await evaluate(evaluator, body(slow))
    assert right.all_passed
