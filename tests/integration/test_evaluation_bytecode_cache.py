"""Later processes read the bytecode of the first, but never bytecode that may belong to another text."""

from __future__ import annotations

import compileall
import os
import py_compile
import subprocess
import sys
from pathlib import Path

import pytest
from verdicts import evaluate, outcomes

from reloc_lsp.evaluation.tiers import WarmTier
from reloc_lsp.search.verdict import Outcome

MODULE = "import other\ndef f(a):\n    return a\n"
RIGHT = "def f(a):\n    return 3\n"
WRONG = "def f(a):\n    return 4\n"
TESTS = """\
import inspect, os, other
from m import f
def test_five(): assert f(5) == 3
def test_place(): assert f(3) and inspect.currentframe().f_code.co_filename == __file__
def test_value(): assert f(3) and other.VALUE == 2
"""


def run_by_the_user(root: Path) -> None:
    """Run the user's own pytest, which leaves bytecode beside the files."""
    plain = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run([sys.executable, "-m", "pytest", "-q", root], cwd=root, env=plain, check=False, capture_output=True)
    assert list(root.glob("__pycache__/test_m*.pyc")) and list(root.glob("__pycache__/m*.pyc"))


async def cold_outcomes(evaluator, source: str) -> dict[str, Outcome]:
    return outcomes(await evaluator.confirm(source))


@pytest.mark.parametrize("known", [True, False], ids=["the user ran them", "never run"])
async def test_later_processes_read_the_bytecode_of_the_first(known, write, start_evaluator):
    reading = "def test_read(): assert f(3) and os.path.exists(other.__spec__.cached)\n"
    root = write({"m.py": MODULE, "other.py": "VALUE = 2\n", "test_m.py": TESTS + reading})
    if known:
        run_by_the_user(root)
    evaluator = await start_evaluator(root, "m.py::f")
    wrong, right = await cold_outcomes(evaluator, WRONG), await cold_outcomes(evaluator, RIGHT)
    assert wrong["test_five"] is Outcome.FAILED and set(right.values()) == {Outcome.PASSED}
    assert ("test_m" in {name.split(".")[0] for name in compiled_by(evaluator)}) != known
    assert not any(path.name == "__pycache__" for path in evaluator.launcher.copy.folder.glob("copy*/workspace/**/*"))


def compiled_by(evaluator) -> list[str]:
    return [path.name for folder in evaluator.launcher.copy.kept_bytecode for path in folder.rglob("*.pyc")]


@pytest.mark.parametrize("mode", list(py_compile.PycInvalidationMode), ids=lambda mode: mode.name)
async def test_the_users_bytecode_is_read_if_it_matches_time_and_size_of_the_source(mode, write, start_evaluator):
    root = write({"m.py": MODULE, "other.py": "VALUE = 2\n", "test_m.py": TESTS})
    stat = (root / "other.py").stat()
    compileall.compile_dir(root, quiet=2, invalidation_mode=mode)
    (root / "other.py").write_text("VALUE = 1\n")
    os.utime(root / "other.py", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    evaluator = await start_evaluator(root, "m.py::f")
    read = mode is py_compile.PycInvalidationMode.TIMESTAMP
    assert outcomes(evaluator.unchanged)["test_value"] is (Outcome.PASSED if read else Outcome.FAILED)


async def test_the_bytecode_of_a_saved_text_is_not_used_for_the_unsaved_one(write, start_evaluator):
    root = write({"m.py": MODULE, "other.py": "VALUE = 1\n", "test_m.py": TESTS})
    run_by_the_user(root)
    evaluator = await start_evaluator(root, "m.py::f", unsaved={root / "other.py": "VALUE = 2\n"})
    assert set((await cold_outcomes(evaluator, RIGHT)).values()) == {Outcome.PASSED}


async def test_bytecode_that_candidates_write_is_not_read(write, start_evaluator):
    """Without a sandbox."""
    root = write({"m.py": MODULE, "other.py": "VALUE = 2\n", "test_m.py": TESTS})
    evaluator = await start_evaluator(root, "m.py::f", sandbox="none")
    lying = "def f(a):\n    import os\n    os.makedirs({!r}, exist_ok=True)\n    return 3\n"
    copy = evaluator.launcher.copy
    place = copy.folder_of(copy.root) / "bytecode"
    assert (await evaluate(evaluator, lying.format(str(place))))[0].all_passed and place.exists()
    kept = list(copy.kept_bytecode)
    os.kill(evaluator.baseline.tier.client.process.process.pid, 9)
    await evaluator.baseline.tier.client.process.process.wait()
    assert set((await cold_outcomes(evaluator, RIGHT)).values()) == {Outcome.PASSED}
    await evaluator.baseline.tier.revive()
    again = await WarmTier.start(evaluator.launcher, evaluator.location, ["test_m.py"])
    await again.close()
    assert copy.kept_bytecode == kept
