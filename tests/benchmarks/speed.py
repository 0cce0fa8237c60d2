"""Candidates per CPU-second: this evaluator, pytest and mutmut, on published packages and their test suites.

    python tests/benchmarks/speed.py [--packages toolz boltons] [--sample 6] [--work DIR]

Candidates are mutants that mutmut's operators make of top-level functions that tests cover. They are evaluated in five
ways in one run, with one process at a time, each until the first test that fails:

- reloc: the evaluator's warm tier (a fork with the unit's code swapped, covering tests only);
- pytest -x: `python -m pytest -x -q` over the suite;
- covering tests: the same, with only the tests that cover the function;
- mutmut 3: `mutmut run` on those mutants, minus a run on a single one;
- empty fork: a fork of the warm process that runs no test, which is the lower bound of forking.

Costs are CPU seconds of all processes. One-time costs of a function or a run (for reloc also the measurement of
batches) are not included, neither for reloc nor for mutmut, but printed below the table. Mutants that hang are left
out, because their cost is the time limit of each tool. Mutants that change a function's header are left out too,
because the warm tier cannot evaluate them. Needs Linux (/proc) and a package index. mutmut gets a separate environment
below DIR.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cpu_time import harness_of, server_cpu
from published_packages import Package, download, run_with, unpack
from speed_mutants import Mutant, Subject, mutants, tools
from speed_mutmut import HANGS, mutmut, run
from speed_tally import BATCHES, COVERING, FLOOR, RELOC, SUITE, Tally, measured, remarks, table

from reloc_lsp.evaluation.baseline.baseline import BaselineBuilder
from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.evaluator import PytestEvaluator
from reloc_lsp.evaluation.harness.protocol.values import RunRequest
from reloc_lsp.evaluation.interpreter import find_interpreter
from reloc_lsp.evaluation.sandbox import find_sandbox
from reloc_lsp.evaluation.selection.test_file_discovery import pytest_layout, test_files
from reloc_lsp.evaluation.selection.test_selection import likely_groups
from reloc_lsp.evaluation.tiers import HarnessLauncher, WarmTier
from reloc_lsp.evaluation.workspace.scratch_copy import ScratchCopy
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation
from reloc_lsp.program.source_text import SourceText
from reloc_lsp.program.unit import Module
from reloc_lsp.search.verdict import Outcome, Verdict

ROUND = 32
"""Candidates evaluated in one round, as in a search that has run for a while. Chosen by hand."""
FORKS = 300
"""Empty forks that are measured. Chosen by hand."""
BASELINE = 60.0
"""Time limit of a baseline, in seconds. Chosen by hand."""
FAILING = (Outcome.FAILED, Outcome.DIED, Outcome.TIMEOUT)


TOOLZ = Package("toolz", "1.2.0", "toolz", tests=("toolz",))
BOLTONS = Package("boltons", "26.2.0", "boltons")
SUBJECTS = {
    "toolz": Subject(TOOLZ, "toolz/itertoolz.py", ("toolz.egg-info", "tlz")),
    "boltons": Subject(BOLTONS, "boltons/iterutils.py"),
}


class Warm:
    """One function of the subject with its warm tier."""

    def __init__(self, launcher: HarnessLauncher, location: UnitLocation) -> None:
        self.launcher, self.location = launcher, location

    async def start(self) -> WarmTier:
        """Measure the baseline; raise `EvaluationError` if the warm tier cannot evaluate this function."""
        user, qualname = self.launcher.copy.files, self.location.unit.qualname
        groups = likely_groups(user, test_files(user, pytest_layout(user)), self.location.name, qualname)
        self.baseline = await BaselineBuilder(self.launcher, self.location, BASELINE).measure(groups)
        self.evaluator = PytestEvaluator.start(self.launcher, self.location, self.baseline)
        tier = self.baseline.tier
        if not isinstance(tier, WarmTier) or not self.evaluator.unchanged.all_passed:
            await self.evaluator.close()
            raise EvaluationError(self.baseline.reason)
        return tier

    @property
    def covering(self) -> list[str]:
        """Node ids of the covering tests."""
        return [self.baseline.tier.tests[number] for number in self.baseline.tests]


async def verdicts(evaluator: PytestEvaluator, chosen: Sequence[Mutant], must_exceed: int) -> list[Verdict]:
    """Evaluate in rounds, as a search does."""
    found: list[Verdict] = []
    for start in range(0, len(chosen), ROUND):
        found += await evaluator.evaluate([mutant.candidate for mutant in chosen[start : start + ROUND]], must_exceed)
    return found


async def evaluate_warm(warm: Warm, chosen: Sequence[Mutant], tally: Tally) -> list[Mutant]:
    """Evaluate a function's mutants; measure and return those that neither hang nor change the header."""
    tier = warm.baseline.tier
    assert isinstance(tier, WarmTier)
    pid = harness_of(tier.client.process.process.pid)
    fitting = [mutant for mutant in chosen if warm.location.is_swappable(mutant.candidate.source)]
    last = warm.evaluator.unchanged.passed - 1
    # The first pass finds mutants that hang. The measured pass uses a new evaluator, which has learned nothing yet.
    first = await verdicts(warm.evaluator, fitting, last)
    steady = {
        mutant: verdict.all_passed
        for mutant, verdict in zip(fitting, first, strict=True)
        if all(result.outcome is not Outcome.TIMEOUT for result in verdict.results.values())
    }
    anew = PytestEvaluator.start(warm.launcher, warm.location, warm.baseline)
    with measured(tally, BATCHES, 1, pid):
        await anew.scheduler.measure_batches()
    with measured(tally, RELOC, len(steady), pid):
        second = await verdicts(anew, list(steady), last)
    with measured(tally, FLOOR, FORKS, pid):
        for _ in range(FORKS):
            await tier.client.run(None, RunRequest({}))
    tally.left_out["other header"] += len(chosen) - len(fitting)
    tally.left_out["hanging"] += len(fitting) - len(steady)
    tally.evaluated |= steady
    changed = [m for m, verdict in zip(steady, second, strict=True) if verdict.all_passed != steady[m]]
    tally.notes += [f"DISAGREEMENT of two passes: {m.qualname} {m.number}" for m in changed]
    return list(steady)


async def compare(warm: Warm, subject: Subject, mutant: Mutant, tree: Path, python: Path, tally: Tally) -> None:
    """Evaluate one mutant in new processes, and compare every test's outcome with that of the evaluator."""
    path = tree / subject.file
    original = path.read_bytes()
    pytest = [str(python), "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-o", "addopts="]
    statuses = {}
    try:
        path.write_text(mutant.text, encoding="utf-8")
        # Unchanged modules keep their bytecode; that of the mutated one would be stale.
        for stale in (path.parent / "__pycache__").glob(f"{path.stem}.*"):
            stale.unlink()
        for method, tests in ((SUITE, list(subject.package.tests)), (COVERING, warm.covering)):
            statuses[method], cpu, _ = run([*pytest, *tests], tree)
            tally.add(method, cpu)
    finally:
        path.write_bytes(original)
    only = replace(subject.package, tests=tuple(warm.covering))
    cold = set(run_with(only, tree, subject.file, mutant.text, HANGS).failing)
    (verdict,) = await warm.evaluator.evaluate([mutant.candidate], -1)
    failing, green = {name for name, r in verdict.results.items() if r.outcome in FAILING}, tally.evaluated[mutant]
    tally.compared += len(verdict.results)
    if green != (statuses[COVERING] == 0) or failing != cold:
        odd = (
            ", ".join(sorted(failing ^ cold))
            or f"pytest ended with {statuses[COVERING]}, the evaluator accepts: {green}"
        )
        tally.notes.append(f"DISAGREEMENT on {mutant.qualname} {mutant.number}: {odd}")


async def evaluate_function(
    warm: Warm, subject: Subject, found: list[Mutant], share: int, tree: Path, python: Path, tally: Tally
) -> bool:
    """Evaluate mutants of one function, `share` of them in new processes too; false if the warm tier cannot."""
    start, qualname = sum(os.times()[:4]), warm.location.unit.qualname
    try:
        tier = await warm.start()
    except EvaluationError as error:
        tally.notes.append(f"{qualname} is left out: {error}")
        return False
    try:
        tally.once[RELOC].append(sum(os.times()[:4]) - start + server_cpu(harness_of(tier.client.process.process.pid)))
        steady = await evaluate_warm(warm, found, tally)
        for mutant in random.Random(qualname).sample(steady, min(share, len(steady))):
            await compare(warm, subject, mutant, tree, python, tally)
    finally:
        await warm.evaluator.close()
    return True


async def measure(subject: Subject, work: Path, sample: int, functions: int, seed: str) -> Tally:
    """Evaluate mutants of some functions of one package in all five ways."""
    tally, python, name = Tally(), tools(work), subject.package.name
    archive = download(subject.package, work / "sdists")
    pristine, pytests, mutmuts = (work / use / name for use in ("pristine", "pytest", "mutmut"))
    for tree in (pristine, pytests, mutmuts):
        tree.parent.mkdir(parents=True, exist_ok=True)
        unpack(archive, tree)
    path = pristine / subject.file
    found = mutants(python, pristine, subject.file, seed, functions)
    # One run that may write bytecode, so that the measured runs find it, as on a developer's machine.
    warm_up = [str(python), "-m", "pytest", "-q", "-o", "addopts=", "-p", "no:cacheprovider", *subject.package.tests]
    subprocess.run(warm_up, cwd=pytests, stdout=subprocess.DEVNULL, check=True)
    module = Module(SourceText.read(path).text)
    used: list[str] = []
    copy = ScratchCopy(pristine, {})
    try:
        launcher = HarnessLauncher(copy, find_interpreter(pristine, str(python)), 1, sandbox=find_sandbox())
        tally.notes.append(f"sandbox: {launcher.sandbox.level}")
        for qualname in found:
            unit = module.find(qualname)
            if unit is None or len(used) == functions:
                break
            warm = Warm(launcher, UnitLocation(path, copy.path_in_copy(path), subject.file, module, unit))
            share = min(-(-sample // functions), sample - tally.count[SUITE])
            if await evaluate_function(warm, subject, found[qualname], share, pytests, python, tally):
                used.append(qualname)
    finally:
        copy.close()
    mutmut(subject, tally.evaluated, mutmuts, python, tally)
    tally.notes.insert(0, f"functions: {', '.join(sorted(used))}")
    return tally


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages", nargs="+", choices=SUBJECTS, default=list(SUBJECTS))
    parser.add_argument("--sample", type=int, default=6, help="mutants per package for the pytest processes")
    parser.add_argument("--functions", type=int, default=6, help="functions per package")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--work", type=Path, help="folder that keeps downloads and mutmut's environment")
    options = parser.parse_args()
    work = (options.work or Path(tempfile.mkdtemp(prefix="speed-"))).resolve()
    load, plan = os.getloadavg()[0], (options.sample, options.functions, options.seed)
    try:
        tallies = {name: asyncio.run(measure(SUBJECTS[name], work, *plan)) for name in options.packages}
    finally:
        if options.work is None:
            shutil.rmtree(work)
    print(table(tallies))
    for name, tally in tallies.items():
        print(remarks(name, tally))
    print(f"load average at start and end: {load:.1f}, {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


if __name__ == "__main__":
    main()
