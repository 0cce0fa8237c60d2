"""How the start of a revision and the cost of a candidate grow with the workspace, its tests and the function.

    python tests/benchmarks/growth.py

`large_workspace.py` generates the workspaces; one of their sizes changes at a time. Measured are the wall-clock seconds
until the evaluator is ready, and CPU milliseconds per candidate, for 96 candidates and with the CPU time of the
harness, in an environment with pytest and nothing else. The tables are written to `docs/benchmarks/growth.md`. Needs
Linux (/proc).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from cpu_time import harness_of
from large_workspace import BUG, FILE, UNIT, generate, make_environment
from speed_tally import RELOC, Tally, measured

from reloc_lsp.evaluation.baseline.baseline import BaselineBuilder
from reloc_lsp.evaluation.evaluator import PytestEvaluator
from reloc_lsp.evaluation.interpreter import find_interpreter
from reloc_lsp.evaluation.sandbox import find_sandbox
from reloc_lsp.evaluation.selection.test_file_discovery import pytest_layout, test_files
from reloc_lsp.evaluation.selection.test_selection import likely_groups
from reloc_lsp.evaluation.tiers import HarnessLauncher, WarmTier
from reloc_lsp.evaluation.workspace.scratch_copy import ScratchCopy
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation
from reloc_lsp.program.source_text import SourceText
from reloc_lsp.program.unit import Module
from reloc_lsp.search.candidate import Candidate

PAGE = Path(__file__).parents[2] / "docs/benchmarks/growth.md"
FILES, TEST_FILES, TESTS = 5_000, 50, 20
"""Files, test files, and tests in each, unless one of them is the size that changes. Chosen by hand."""
CANDIDATES = 96
"""Candidates in each measurement. Chosen by hand."""
BASELINE = 60.0
"""Time limit of the baseline, in seconds. Chosen by hand."""
HEAD = """\
# How costs grow

Generated workspaces of {files:,} files with {tests:,} tests, of which {reaching} cover a function of 7 lines. Each
table changes one of these sizes. Where the number of covering tests changes, there are no other tests. Seconds are
wall-clock time from the call to the first candidate that can be evaluated. Milliseconds are CPU time for each of
{candidates} candidates, in the sandbox (level {level}). {machine}, load {load}. Written by
`python tests/benchmarks/growth.py`.
"""


@dataclass(frozen=True)
class Sweep:
    """The sizes to measure for one parameter `key` of `generate`.

    `name` and `times` (a factor) are for the table. `test_files` is the number of test files, unless it is the
    parameter that changes.
    """

    name: str
    key: str
    sizes: tuple[int, ...]
    times: int = 1
    test_files: int = TEST_FILES

    def workspace(self, size: int) -> dict[str, int]:
        """The parameters of `generate` for one size."""
        return {"files": FILES, "test_files": self.test_files, "tests": TESTS, self.key: size}


SWEEPS = (
    Sweep("files in the workspace", "files", (3_000, 10_000, 50_000, 200_000)),
    Sweep("tests in the workspace", "test_files", (5, 50, 200, 500), TESTS),
    Sweep("covering tests", "tests", (2, 20, 200, 1_000), test_files=1),
    Sweep("more lines in the function", "lines", (0, 20, 100, 500)),
)


async def costs(root: Path, python: Path) -> tuple[float, float]:
    """Seconds until the evaluator is ready, and CPU milliseconds per candidate."""
    began = time.monotonic()
    sandbox = find_sandbox()
    copy = ScratchCopy(root, {}, mountable=sandbox.container is not None)
    try:
        path = root / FILE
        module = Module(SourceText.read(path).text)
        unit = module.find(UNIT.partition("::")[2])
        assert unit is not None
        launcher = HarnessLauncher(copy, find_interpreter(root, str(python)), os.cpu_count() or 1, sandbox=sandbox)
        location = UnitLocation(path, copy.path_in_copy(path), FILE, module, unit)
        groups = likely_groups(copy.files, test_files(copy.files, pytest_layout(copy.files)), FILE, unit.qualname)
        baseline = await BaselineBuilder(launcher, location, BASELINE).measure(groups)
        ready = time.monotonic() - began
        evaluator = PytestEvaluator.start(launcher, location, baseline)
        assert isinstance(baseline.tier, WarmTier), baseline.reason
        wrong = [location.source.replace(BUG[1], f"{BUG[0]} + {number}") for number in range(1, CANDIDATES + 2)]
        first, *others = [Candidate(source, "", "", trusted=True) for source in wrong]
        await evaluator.evaluate([first], 0)
        tally = Tally()
        with measured(tally, RELOC, CANDIDATES, harness_of(baseline.tier.client.process.process.pid)):
            await evaluator.evaluate(others, 0)
        await evaluator.close()
    finally:
        copy.close()
    return ready, tally.each(RELOC) * 1000


def main() -> None:
    """Run the benchmark from the command line."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    load = os.getloadavg()[0]
    parts, home = [], tempfile.TemporaryDirectory()
    make_environment(Path(home.name))
    for sweep in SWEEPS:
        rows = []
        for size in sweep.sizes:
            with tempfile.TemporaryDirectory() as folder:
                root = Path(folder).resolve() / "project"
                generate(root, **sweep.workspace(size))
                rows.append(asyncio.run(costs(root, Path(home.name) / "bin" / "python")))
            print(f"{sweep.name}: {size * sweep.times:,}: {rows[-1][0]:.2f} s, {rows[-1][1]:.2f} ms", flush=True)
        seconds, each = zip(*rows, strict=True)
        table = [f"| {sweep.name} | seconds to the first candidate | CPU ms per candidate |", "|---:|---:|---:|"]
        table += [
            f"| {n * sweep.times:,} | {s:.2f} | {e:.2f} |" for n, s, e in zip(sweep.sizes, seconds, each, strict=True)
        ]
        parts.append("\n".join([*table, ""]))
    machine = f"{os.cpu_count()} processors, {platform.system()}, Python {platform.python_version()}"
    head = HEAD.format(
        files=FILES, tests=TEST_FILES * TESTS, reaching=TESTS, candidates=CANDIDATES, level=find_sandbox().level,
        machine=machine, load=f"{load:.1f}",
    )  # fmt: skip
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text("\n".join([head, *parts]), encoding="utf-8")


if __name__ == "__main__":
    main()
