"""Evaluate many candidates with one evaluator; memory, open files and the scratch folder must not grow.

    python tests/benchmarks/soak.py [--candidates 50000]

The candidates are versions of a small function. Most fail; some pass, raise, write temporary files, end the process or
change the signature. Prints a row after each tenth of the candidates. Exits with status 1 if the last row shows clearly
more than the second. Needs Linux (/proc).
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
"""Candidates in one round. Chosen by hand."""
GROWTH, SLACK = 1.2, 2
"""Allowed factor and summand between the second row and the last one. Chosen by hand."""
BASELINE = 30.0
"""Time limit of the baseline, in seconds. Chosen by hand."""


def bodies() -> Iterator[str]:
    """An endless series of different candidates."""
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


def process_tree(pid: int) -> Iterator[int]:
    """The process and all its descendants."""
    yield pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield from process_tree(int(child))


def resources(folder: Path) -> tuple[float, int, int, int]:
    """Resident MiB, open files and number of this process and its descendants, and files in the scratch folder."""
    pages, files, count = 0, 0, 0
    for pid in process_tree(os.getpid()):
        try:
            pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
            files += len(os.listdir(f"/proc/{pid}/fd"))
            count += 1
        except OSError:
            continue
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20, files, count, sum(1 for _ in folder.rglob("*"))


async def soak(root: Path, most: int) -> bool:
    """Evaluate `most` candidates. Return whether the resources at the end are those of the beginning."""
    copy = ScratchCopy(root, {})
    module = Module(MODULE)
    unit = module.find("f")
    assert unit is not None
    location = UnitLocation(root / "m.py", copy.path_in_copy(root / "m.py"), "m.py", module, unit)
    launcher = HarnessLauncher(
        copy, find_interpreter(root, sys.executable), os.cpu_count() or 1, sandbox=find_sandbox()
    )
    evaluator = PytestEvaluator.start(
        launcher, location, await BaselineBuilder(launcher, location, BASELINE).measure([["test_m.py"]])
    )
    rows: list[tuple[float, int, int, int]] = []
    supply, done, started = bodies(), 0, time.monotonic()
    print(f"sandbox: {evaluator.sandbox}\ncandidates  seconds     MB  open files  processes  scratch files")
    try:
        while done < most:
            chosen = [Candidate(next(supply), "soak", "", trusted=True) for _ in range(ROUND)]
            await evaluator.evaluate(chosen, evaluator.unchanged.passed)
            done += ROUND
            if done * 10 // most > len(rows):
                rows.append(resources(copy.folder))
                megabytes, files, count, inside = rows[-1]
                spent = time.monotonic() - started
                print(f"{done:10} {spent:8.0f} {megabytes:6.0f} {files:11} {count:10} {inside:14}", flush=True)
    finally:
        await evaluator.close()
        copy.close()
    early, late = rows[1], rows[-1]
    return all(now <= GROWTH * before + SLACK for before, now in zip(early, late, strict=True))


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
            raise SystemExit("memory, open files, processes or scratch files have grown")


if __name__ == "__main__":
    main()
