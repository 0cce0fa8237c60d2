"""Nothing is left behind: no process and no folder, however the work ends."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from verdicts import evaluate, until

from reloc_lsp.evaluation.baseline.baseline import BaselineBuilder
from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.tiers import HarnessLauncher
from reloc_lsp.evaluation.workspace.scratch_copy import ScratchCopy
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation
from reloc_lsp.program.unit import Module

MODULE = "def f(a):\n    return a\n"
TESTS = "from m import f\ndef test_never(): assert f(5) == object()\ndef test_three(): assert f(3) == 3\n"


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which scratch copies are made."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def working_in(folder: Path) -> Iterator[int]:
    """Processes whose current folder is below `folder`, also one that was removed."""
    for entry in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if os.readlink(entry).startswith(str(folder)):
                yield int(entry.parent.name)
        except OSError:
            continue


needs_proc = pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="processes are found in /proc")


async def test_closing_removes_the_copy_and_ends_every_process(write, start_evaluator, scratch):
    evaluator = await start_evaluator(write({"m.py": MODULE, "test_m.py": TESTS}), "m.py::f")
    await evaluate(evaluator, "def f(a):\n    return -a\n", "def f(a, b=1):\n    return a\n")
    await evaluator.confirm(MODULE)
    assert len(list(scratch.iterdir())) == 1
    await evaluator.close()
    evaluator.launcher.copy.close()
    assert list(scratch.iterdir()) == []
    if Path("/proc/self/cwd").exists():
        await until(lambda: not list(working_in(scratch)))


@needs_proc
async def test_a_baseline_that_is_cancelled_leaves_no_process(write, scratch, active_interpreter):
    root = write({"m.py": MODULE, "test_m.py": "from m import f\ndef test():\n    while f(1): pass\n"})
    copy = ScratchCopy(root, {})
    module = Module(MODULE)
    unit = module.find("f")
    location = UnitLocation(root / "m.py", copy.path_in_copy(root / "m.py"), "m.py", module, unit)
    measuring = asyncio.create_task(
        BaselineBuilder(HarnessLauncher(copy, active_interpreter, 2), location, 60.0).measure([["test_m.py"]])
    )
    await until(lambda: len(list(working_in(scratch))) >= 2)
    measuring.cancel()
    with pytest.raises(asyncio.CancelledError):
        await measuring
    await until(lambda: not list(working_in(scratch)))
    copy.close()


@needs_proc
async def test_a_baseline_that_fails_leaves_no_process(write, start_evaluator, scratch):
    with pytest.raises(EvaluationError):
        await start_evaluator(write({"m.py": MODULE, "test_m.py": "def test(): pass\n"}), "m.py::f")
    await until(lambda: not list(working_in(scratch)))


@needs_proc
@pytest.mark.parametrize("processes", [1, 2], ids=["while tests are collected", "while tests run"])
async def test_nothing_is_left_when_the_controller_is_killed(write, scratch, processes):
    root = write({"m.py": MODULE, "test_m.py": TESTS})
    call = [sys.executable, "-m", "reloc_lsp", "revise", "m.py::f", "--json"]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    controller = subprocess.Popen([*call, "--seconds", "300"], cwd=root, **quiet)
    try:
        await until(lambda: controller.poll() is not None or len(list(working_in(scratch))) >= processes)
        assert controller.poll() is None
    finally:
        controller.send_signal(signal.SIGKILL)
        controller.wait()
    await until(lambda: not list(working_in(scratch)))
    await until(lambda: not list(scratch.iterdir()))


CONTROLLER = """
import os, signal, sys
from pathlib import Path
from reloc_lsp.evaluation.workspace.scratch_copy import ScratchCopy
copy = ScratchCopy(Path(sys.argv[1]), {})
if sys.argv[2:]:
    copy._cleanup_process.stop()
os.kill(os.getpid(), signal.SIGKILL)
"""


async def test_the_cleanup_process_removes_the_copy_of_a_killed_controller(write, scratch):
    subprocess.run([sys.executable, "-c", CONTROLLER, write({"m.py": MODULE})], check=False)
    await until(lambda: not list(scratch.iterdir()))


def test_a_new_copy_removes_what_a_killed_controller_left_and_nothing_else(write, scratch):
    root = write({"m.py": MODULE})
    subprocess.run([sys.executable, "-c", CONTROLLER, root, "and its cleanup process"], check=False)
    (left,) = scratch.iterdir()
    number = (left / "owner").read_text().split()[0]
    for name, owner in {"elsewhere": f"{number} another-machine", "odd": "?", "empty": "", "huge": "9" * 40}.items():
        (scratch / f"reloc-{name}").mkdir()
        (scratch / f"reloc-{name}" / "owner").write_text(owner)
    (scratch / "reloc-unsigned").mkdir()
    (scratch / "reloc-file").touch()
    (scratch / "reloc-link").symlink_to(left)
    living = ScratchCopy(root, {})
    before = {path.name for path in scratch.iterdir()}
    assert left.name not in before
    another = ScratchCopy(root, {})
    assert {path.name for path in scratch.iterdir()} == before | {another.folder.name}
    assert {"reloc-elsewhere", "reloc-unsigned", "reloc-file", "reloc-link", living.folder.name} < before
    for copy in (living, another):
        copy.close()


def test_closing_ends_a_copy_that_is_just_being_made(write, scratch, monkeypatch):
    root = write({f"folder{n}/m.py": MODULE for n in range(30)})
    copy = ScratchCopy(root, {})
    copying, going = threading.Event(), threading.Event()

    def slow(*paths: str) -> None:
        copying.set()
        going.wait(20)
        shutil.copyfile(*paths)

    monkeypatch.setattr("reloc_lsp.evaluation.workspace.scratch_copy.shutil.copy2", slow)
    thread = threading.Thread(target=copy.add_copy)
    thread.start()
    copying.wait(20)
    threading.Timer(0.2, going.set).start()
    copy.close()
    thread.join(20)
    assert list(scratch.iterdir()) == []
