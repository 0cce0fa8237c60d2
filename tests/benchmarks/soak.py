"""Many candidates through one judge: memory, open files and the scratch folder stay as they are.

    python tests/benchmarks/soak.py [--candidates 50000]

Candidates of a small function: most fail, some pass, some raise, write temporary files, die or change the signature.
Prints a row at each tenth of the way, and ends with status 1 if the last row shows clearly more than the second.
Needs Linux (/proc).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from reloc_lsp.evaluation.baseline.baseline import BaselineBuilder
from reloc_lsp.evaluation.evaluator import PytestEvaluator
from reloc_lsp.evaluation.interpreter import find_interpreter
from reloc_lsp.evaluation.sandbox import find_sandbox
from reloc_lsp.evaluation.tiers import HarnessLauncher
from reloc_lsp.evaluation.workspace.scratch_copy import ScratchCopy
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation
from reloc_lsp.program.unit import Module
from reloc_lsp.search.candidate import Candidate

MODULE = "def f(a):\n    return a\n"
TESTS = """\
import pytest
from m import f
@pytest.mark.parametrize("a", range(20))
def test_f(a): assert f(a) == 3 * a
"""
ROUND = 64
GROWTH = 1.2


def bodies() -> Iterator[str]:
    """Candidates without end, each its own text."""
    number = 0
    while True:
        number += 1
        yield {
            0: f"def f(a):\n    return a * 3 + {number} * 0\n",
            1: f"def f(a):\n    raise ValueError({number})\n",
            2: f"def f(a):\n    import tempfile\n    open(tempfile.mkstemp()[1], 'w').write('x' * {number})\n",
        }.get(number % 40, f"def f(a):\n    return a * {number}\n")
        if number % 1000 == 0:
            yield f"def f(a, b={number}):\n    return a\n"
            yield f"def f(a):\n    import os; os._exit({number % 2})\n"


def family(pid: int) -> Iterator[int]:
    """The process and all below it."""
    yield pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield from family(int(child))


def standing(folder: Path) -> tuple[float, int, int, int]:
    """Megabytes resident and open files of this process and its children, their number, and files in the scratch."""
    pages, files, count = 0, 0, 0
    for pid in family(os.getpid()):
        try:
            pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
            files += len(os.listdir(f"/proc/{pid}/fd"))
            count += 1
        except OSError:
            continue
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20, files, count, sum(1 for _ in folder.rglob("*"))


async def soak(root: Path, most: int) -> bool:
    """Judge `most` candidates; whether what is held at the end is what was held early on."""
    copy = ScratchCopy(root, {})
    module = Module(MODULE)
    unit = module.find("f")
    assert unit is not None
    location = UnitLocation(root / "m.py", copy.path_in_copy(root / "m.py"), "m.py", module, unit)
    launcher = HarnessLauncher(
        copy, find_interpreter(root, sys.executable), os.cpu_count() or 1, sandbox=find_sandbox()
    )
    judge = PytestEvaluator.start(
        launcher, location, await BaselineBuilder(launcher, location, 30.0).measure([["test_m.py"]])
    )
    rows: list[tuple[float, int, int, int]] = []
    supply, done, started = bodies(), 0, time.monotonic()
    print(f"sandbox: {judge.sandbox}\ncandidates  seconds     MB  open files  processes  scratch files")
    try:
        while done < most:
            chosen = [Candidate(next(supply), "soak", "", trusted=True) for _ in range(ROUND)]
            await judge.evaluate(chosen, judge.unchanged.passed)
            done += ROUND
            if done * 10 // most > len(rows):
                rows.append(standing(copy.folder))
                megabytes, files, count, inside = rows[-1]
                spent = time.monotonic() - started
                print(f"{done:10} {spent:8.0f} {megabytes:6.0f} {files:11} {count:10} {inside:14}", flush=True)
    finally:
        await judge.close()
        copy.close()
    early, late = rows[1], rows[-1]
    return all(now <= GROWTH * then + 2 for then, now in zip(early, late, strict=True))


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--candidates", type=int, default=50_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        (root / "m.py").write_text(MODULE)
        (root / "test_m.py").write_text(TESTS)
        if not asyncio.run(soak(root, options.candidates)):
            raise SystemExit("something grows")


if __name__ == "__main__":
    main()
