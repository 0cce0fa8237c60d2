"""The evaluation goes on: after a killed server, with floods of output and full disks, while the user edits files."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
from verdicts import evaluate, outcomes

from reloc_lsp.search.verdict import Outcome

MODULE = "def f(a):\n    return a\n"
TESTS = "from m import f\ndef test_five(): assert f(5) == 3\ndef test_three(): assert f(3) == 3\n"
RIGHT = "def f(a):\n    return 3\n"
WRONG = "def f(a):\n    return a + 1\n"
AT_IMPORT = "X = f(5)\n"

linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")


def servers() -> list[int]:
    """The harness processes that this process started and that wait for candidates."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().split(b"\0")
            trusted = words[1].endswith(b"harness/boot.py") and _below_us(int(entry.parent.name))
        except (OSError, IndexError):
            continue
        found += [int(entry.parent.name)] if trusted else []
    return found


def _below_us(pid: int) -> bool:
    while pid > 1 and pid != os.getpid():
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return pid == os.getpid()


@linux
@pytest.mark.parametrize("module", [MODULE, MODULE + AT_IMPORT], ids=["warm", "fresh"])
async def test_a_server_that_the_system_kills_is_restarted(module, write, start_evaluator):
    evaluator = await start_evaluator(write({"m.py": module, "test_m.py": TESTS}), "m.py::f")
    for _ in range(2):
        (pid,) = servers()
        os.kill(pid, signal.SIGKILL)
        wrong, right, other = await evaluate(evaluator, WRONG, RIGHT, MODULE)
        assert right.all_passed and not wrong.all_passed
        assert outcomes(other)["test_five"] is Outcome.FAILED


@linux
async def test_a_server_that_is_stopped_is_restarted(write, start_evaluator):
    evaluator = await start_evaluator(write({"m.py": MODULE, "test_m.py": TESTS}), "m.py::f")
    (pid,) = servers()
    os.kill(pid, signal.SIGSTOP)
    wrong, right = await evaluate(evaluator, WRONG, RIGHT)
    assert right.all_passed and not wrong.all_passed and servers() != [pid]


@linux
async def test_a_candidate_that_kills_the_server_changes_no_other_verdict(write, start_evaluator):
    """Without a sandbox, which would keep it from that."""
    ends = "def f(a):\n    import os\n    os.kill(os.getppid(), 9)\n    return 3\n"
    evaluator = await start_evaluator(write({"m.py": MODULE, "test_m.py": TESTS}), "m.py::f", sandbox="none")
    verdicts = await evaluate(evaluator, *[ends, RIGHT] * 4)
    assert [verdict.all_passed for verdict in verdicts] == [False, True] * 4


async def test_a_flood_of_output_is_no_failure_and_fills_no_disk(write, start_evaluator):
    flood = "def f(a):\n    import os\n    for _ in range(200): os.write(1, b'x' * 10 ** 6)\n    return 3\n"
    evaluator = await start_evaluator(write({"m.py": MODULE, "test_m.py": TESTS}), "m.py::f")
    (verdict,) = await evaluate(evaluator, flood)
    assert verdict.all_passed and (await evaluator.confirm(flood)).all_passed
    logs = evaluator.launcher.copy.folder.glob("*.log")
    assert sum(log.stat().st_size for log in logs) < 10**6


async def test_a_full_disk_or_too_many_files_fail_only_the_candidate(write, start_evaluator):
    filling = """def f(a):
    import tempfile
    folder = tempfile.mkdtemp()
    for number in range(100):
        with open(f"{folder}/{number}", "wb") as file:
            file.write(bytes(60 << 20))
    return 3
"""
    opening = "def f(a):\n    files = [open('/dev/null') for _ in range(5000)]\n    return len(files) and 3\n"
    evaluator = await start_evaluator(write({"m.py": MODULE, "test_m.py": TESTS}), "m.py::f")
    full, right, many, again = await evaluate(evaluator, filling, RIGHT, opening, RIGHT)
    assert not full.all_passed and not many.all_passed
    assert right.all_passed and again.all_passed


async def test_edits_of_the_user_during_a_search_change_no_verdict(write, start_evaluator):
    root = write({"m.py": MODULE, "test_m.py": TESTS, "helper.py": "x = 1\n"})
    evaluator = await start_evaluator(root, "m.py::f")
    (root / "test_m.py").write_text("def test_five(): assert False\n")
    (root / "m.py").write_text("def f(a:\n")
    verdicts = await evaluate(evaluator, WRONG, RIGHT, "def f(a, b=1):\n    return 3\n")
    assert [verdict.all_passed for verdict in verdicts] == [False, True, True]


async def test_two_searches_at_once_on_one_workspace(write, start_evaluator):
    root = write({"m.py": MODULE, "test_m.py": TESTS})
    one, two = await asyncio.gather(start_evaluator(root, "m.py::f"), start_evaluator(root, "m.py::f"))
    answers = await asyncio.gather(evaluate(one, WRONG, RIGHT), evaluate(two, RIGHT, WRONG))
    assert [[verdict.all_passed for verdict in verdicts] for verdicts in answers] == [[False, True], [True, False]]
