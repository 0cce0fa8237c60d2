"""How many functions can be judged from outside, and what that costs: the unchanged function, as a model would send it.

    python tests/benchmarks/outside.py [--set handwritten] [--only REGEX]
    python tests/benchmarks/outside.py --project FOLDER [--sources src] [--units 10] [--seed 1] [--python P]

For each function prints how many of its tests can judge from outside, the reasons of the others, and the seconds of a
confirmation of code that is trusted, and of code that is not, alternating. The set contains the bugs by hand of
`repair.py`, with the right version as the model's; a project has its tests below its folder.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import statistics
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reloc_lsp.evaluation.baseline.baseline import BaselineBuilder
from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.evaluator import PytestEvaluator
from reloc_lsp.evaluation.interpreter import find_interpreter
from reloc_lsp.evaluation.sandbox import find_sandbox
from reloc_lsp.evaluation.selection import test_file_discovery, test_selection
from reloc_lsp.evaluation.tiers import HarnessLauncher
from reloc_lsp.evaluation.workspace.scratch_copy import ScratchCopy
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation
from reloc_lsp.program.source_text import SourceText
from reloc_lsp.program.unit import Module

SETS = Path(__file__).parent
BASELINE_SECONDS = 20.0
"""Seconds for the baseline of one function. Chosen by hand."""


@dataclass(frozen=True)
class Case:
    """A function of a file below `root`, and the text of its file that a model sends."""

    root: Path
    file: str
    qualname: str
    revised: str


@dataclass(frozen=True)
class Measured:
    """How one function was judged."""

    tests: int
    inside: tuple[str, ...]
    confirmed: bool
    trusted_seconds: float
    judged_seconds: float


async def measure(case: Case, python: str) -> Measured:
    """Confirm the revised function, as trusted code and as a model's. Raises `EvaluationError` if no test can."""
    path = case.root / case.file
    module = Module(SourceText.read(path).text)
    unit = module.find(case.qualname)
    revised = Module(case.revised)
    new = revised.find(case.qualname)
    assert unit is not None and new is not None
    sandbox = find_sandbox()
    copy = ScratchCopy(case.root, {}, mountable=sandbox.container is not None)
    try:
        launcher = HarnessLauncher(copy, find_interpreter(case.root, python), 2, sandbox=sandbox)
        location = UnitLocation(path, copy.path_in_copy(path), case.file, module, unit)
        files = test_file_discovery.test_files(copy.files, test_file_discovery.pytest_layout(copy.files))
        groups = test_selection.likely_groups(copy.files, files, case.file, case.qualname)
        baseline = await BaselineBuilder(launcher, location, BASELINE_SECONDS).measure(groups)
        evaluator = PytestEvaluator.start(launcher, location, baseline)
        try:
            seconds = []
            for trusted in (True, False):
                began = time.monotonic()
                verdict = await evaluator.confirm(revised.source(new), trusted)
                seconds.append(time.monotonic() - began)
            reasons = tuple(evaluator.judged_inside.values())
            return Measured(verdict.total, reasons, verdict.all_passed, *seconds)
        finally:
            await evaluator.close()
    finally:
        copy.close()


def handwritten(name: str, only: str) -> Iterator[Case]:
    """The cases of a set, each in a folder of its own that exists until the next one."""
    for path in sorted((SETS / name).glob("*.toml")):
        if re.search(only, path.stem):
            case = tomllib.loads(path.read_text())
            file, qualname = case["unit"].split("::")
            with tempfile.TemporaryDirectory(prefix="outside-") as folder:
                root = Path(folder)
                (root / file).write_text(case["broken"])
                (root / f"test_{Path(file).stem}.py").write_text(case["tests"])
                yield Case(root, file, qualname, case["fixed"])


def of_project(root: Path, sources: str, count: int, seed: int) -> Iterator[Case]:
    """Functions of a project, in a random order, as they are."""
    found = []
    for path in sorted((root / sources).rglob("*.py")):
        name = path.relative_to(root).as_posix()
        if "test" not in name:
            text = SourceText.read(path).text
            found += [Case(root, name, unit.qualname, text) for unit in Module(text).functions]
    yield from random.Random(seed).sample(found, min(count, len(found)))


async def main() -> None:
    """Measure the functions that the arguments name, and print a summary."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", default="handwritten")
    parser.add_argument("--only", default=".")
    parser.add_argument("--project", type=Path)
    parser.add_argument("--sources", default=".")
    parser.add_argument("--units", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--python", default=sys.executable, help="the interpreter with what the tests need")
    options = parser.parse_args()
    if options.project:
        cases = of_project(options.project.resolve(), options.sources, options.units, options.seed)
    else:
        cases = handwritten(options.set, options.only)
    measured: list[Measured] = []
    for case in cases:
        try:
            one = await measure(case, options.python)
        except EvaluationError as error:
            print(f"{case.file}::{case.qualname}: {str(error)[:100]}", flush=True)
            continue
        measured.append(one)
        inside = "; ".join(f"{n} x {reason}" for reason, n in Counter(one.inside).most_common())
        print(
            f"{case.file}::{case.qualname}: {one.tests - len(one.inside)} of {one.tests} from outside, "
            f"{'confirmed' if one.confirmed else 'NOT CONFIRMED'}, {one.trusted_seconds:.1f} and "
            f"{one.judged_seconds:.1f} s. {inside}",
            flush=True,
        )
    if measured:
        whole = sum(not one.inside for one in measured)
        reasons = Counter(reason for one in measured for reason in set(one.inside))
        extra = statistics.median(one.judged_seconds - one.trusted_seconds for one in measured)
        print(
            f"{whole} of {len(measured)} functions by all their tests; confirmed {sum(o.confirmed for o in measured)}"
        )
        tests = sum(one.tests for one in measured)
        print(f"{tests - sum(len(one.inside) for one in measured)} of {tests} tests")
        print(f"median of the seconds more: {extra:.2f}")
        for reason, count in reasons.most_common():
            print(f"  {count} functions: {reason}")


if __name__ == "__main__":
    asyncio.run(main())
