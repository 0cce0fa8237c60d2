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
import json
import os
import random
import shutil
import statistics
import subprocess
import tempfile
import time
import venv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from cpu_time import harness_of, server_cpu
from plant import Package, download, run_with, unpack

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
from reloc_lsp.search.candidate import Candidate
from reloc_lsp.search.verdict import Outcome, Verdict

ROUND = 32
"""Candidates evaluated in one round, as in a search that has run for a while. Chosen by hand."""
FORKS = 300
"""Empty forks that are measured. Chosen by hand."""
HANGS = 120.0
"""Time limit of a process, in seconds. Chosen by hand."""
BASELINE = 60.0
"""Time limit of a baseline, in seconds. Chosen by hand."""
MUTMUT_SECONDS = 1800.0
"""Time limit of a run of mutmut, in seconds. Chosen by hand."""
MANY, FEW = 24, 8
"""Most and fewest mutants of a function; one with fewer is left out. Chosen by hand."""
FAILING = (Outcome.FAILED, Outcome.DIED, Outcome.TIMEOUT)
RELOC, SUITE, COVERING, MUTMUT, FLOOR = "reloc (warm)", "pytest -x", "covering tests", "mutmut 3", "empty fork"
BATCHES = "measurement of batches"

LISTING = """
import json, random, sys
from collections import defaultdict
from pathlib import Path
from mutmut.mutation.file_mutation import create_mutations
from plant import renderers

path, seed, functions, few, many = Path(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:])
module, mutations, *_ = create_mutations(str(path), path.read_text("utf-8"))
owners = [m.contained_by_top_level_function for m in mutations if m.contained_by_top_level_function is not None]
delayed = defaultdict(list)
for owner, render in zip(owners, renderers(path, path.name), strict=True):
    if owner in module.body:
        delayed[owner.name.value].append((len(delayed[owner.name.value]) + 1, render))
names = sorted(name for name in delayed if len(delayed[name]) >= few)
random.Random(seed).shuffle(names)
for name in names[:functions]:
    chosen = random.Random(seed).sample(delayed[name], min(many, len(delayed[name])))
    rendered = [(number, render()) for number, render in sorted(chosen, key=lambda pair: pair[0])]
    print(json.dumps([name, [(number, mutant.mutated) for number, mutant in rendered if mutant is not None]]))
"""
"""A program for mutmut's environment. It numbers a function's mutations as mutmut's own names do."""


@dataclass(frozen=True)
class Subject:
    """A package, the module whose functions are mutated, and what mutmut must copy besides the sources."""

    package: Package
    file: str
    also_copy: tuple[str, ...] = ()


TOOLZ = Package("toolz", "1.2.0", "toolz", tests=("toolz",))
BOLTONS = Package("boltons", "26.2.0", "boltons")
SUBJECTS = {
    "toolz": Subject(TOOLZ, "toolz/itertoolz.py", ("toolz.egg-info", "tlz")),
    "boltons": Subject(BOLTONS, "boltons/iterutils.py"),
}


@dataclass(frozen=True)
class Mutant:
    """A candidate: its function, mutmut's number for it, and the text of the whole file."""

    qualname: str
    number: int
    text: str

    @cached_property
    def candidate(self) -> Candidate:
        """The mutant as a candidate of the search."""
        module = Module(self.text)
        unit = module.find(self.qualname)
        assert unit is not None
        return Candidate(module.source(unit), "mutmut", self.qualname, trusted=True)


@dataclass
class Tally:
    """The results for one package: CPU seconds and candidates by method."""

    cpu: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    count: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    once: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    evaluated: dict[Mutant, bool] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    compared: int = 0
    notes: list[str] = field(default_factory=list)

    def add(self, method: str, cpu: float, count: int = 1) -> None:
        """Add the cost of `count` candidates."""
        self.cpu[method] += cpu
        self.count[method] += count

    def each(self, method: str) -> float:
        """CPU seconds per candidate."""
        return self.cpu[method] / self.count[method] if self.count[method] else float("nan")


@contextmanager
def measured(tally: Tally, method: str, count: int, pid: int) -> Iterator[None]:
    """Add the CPU time of this process and of the server `pid` to the cost of `count` candidates of `method`."""
    start = time.process_time() + server_cpu(pid)
    yield
    tally.add(method, time.process_time() + server_cpu(pid) - start, count)


def run(command: Sequence[str], folder: Path, seconds: float = HANGS) -> tuple[int, float, str]:
    """Exit status, CPU seconds (with its children) and output of a command, which is killed after `seconds`."""
    steady = {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            ["timeout", "-k", "5", str(seconds), *command],
            cwd=folder, env={**os.environ, **steady}, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        return process.returncode, used.ru_utime + used.ru_stime, output.read().decode(errors="replace")


def tools(work: Path) -> Path:
    """The interpreter of an environment with mutmut and pytest, created on the first call."""
    folder = work / "env"
    python = folder / "bin" / "python"
    if not (folder / "bin" / "mutmut").exists():
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "mutmut>=3,<4", "pytest"], check=True)
    return python


def mutants(python: Path, tree: Path, file: str, seed: str, functions: int) -> dict[str, list[Mutant]]:
    """Seeded samples of the mutants of top-level functions of a file, with four functions more than needed."""
    call = [str(python), "-c", LISTING, file, seed, str(functions + 4), str(FEW), str(MANY)]
    variables = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    listed = subprocess.run(call, cwd=tree, env=variables, stdout=subprocess.PIPE, check=True).stdout
    rows = [json.loads(line) for line in listed.splitlines()]
    return {name: [Mutant(name, number, text) for number, text in made] for name, made in rows}


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


def mutmut(subject: Subject, chosen: dict[Mutant, bool], tree: Path, python: Path, tally: Tally) -> None:
    """Run mutmut on the same mutants. The cost is that of all mutants minus that of a single one."""
    module = subject.file.removesuffix(".py").replace("/", ".")
    names = {f"{module}.x_{mutant.qualname}__mutmut_{mutant.number}": green for mutant, green in chosen.items()}
    lines = {
        "source_paths": [subject.package.sources],
        "only_mutate": [subject.file],
        "also_copy": subject.also_copy,
        "pytest_add_cli_args": ["-o", "addopts=", "-p", "no:cacheprovider"],
        "pytest_add_cli_args_test_selection": subject.package.tests,
    }
    settings = "".join(f"{key} =\n    " + "\n    ".join(values) + "\n" for key, values in lines.items() if values)
    with (tree / "setup.cfg").open("a", encoding="utf-8") as stream:
        stream.write(f"\n[mutmut]\n{settings}")
    call = [str(python.with_name("mutmut")), "run", "--max-children", "1"]
    one, costs = next(iter(names)), []
    for selection in ([one], names, [one]):
        status, cpu, output = run([*call, *selection], tree, MUTMUT_SECONDS)
        if status != 0:
            raise SystemExit(f"mutmut failed on {subject.package.name}:\n{output[-2000:]}")
        costs.append(cpu)
    tally.add(MUTMUT, costs[1] - costs[2], len(names) - 1)
    tally.once[MUTMUT].append(costs[0])
    codes = json.loads((tree / "mutants" / f"{subject.file}.meta").read_text())["exit_code_by_key"]
    same = sum((codes[name] == 0) == green for name, green in names.items())
    tally.notes.append(f"mutmut agrees on {same} of {len(names)} mutants (it measures coverage differently)")


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


def table(tallies: dict[str, Tally]) -> str:
    """The results by package and method. The ratios compare candidates per CPU-second."""
    lines = ["package  method          candidates  CPU ms each  per CPU-second  vs pytest -x  vs mutmut 3"]
    for name, tally in tallies.items():
        for method in (RELOC, FLOOR, COVERING, SUITE, MUTMUT):
            each = tally.each(method)
            ratios = f"{tally.each(SUITE) / each:12.1f}x {tally.each(MUTMUT) / each:11.1f}x"
            lines.append(f"{name:8} {method:15} {tally.count[method]:10} {each * 1000:12.2f} {1 / each:15.1f} {ratios}")
    return "\n".join(lines)


def remarks(name: str, tally: Tally) -> str:
    """What the table does not show."""
    reloc, other = (statistics.median(tally.once[method]) for method in (RELOC, MUTMUT))
    batches = f"{tally.each(BATCHES) * 1000:.0f} ms for the measurement of batches"
    once = f"one-time cost: {reloc:.1f} s for each function by reloc and {batches}, {other:.1f} s by mutmut"
    left_out = ", ".join(f"{count} {why}" for why, count in tally.left_out.items())
    held = f"mutants left out: {left_out}; test outcomes compared with cold pytest: {tally.compared}"
    return "\n".join(f"{name}: {line}" for line in (once, held, *tally.notes))


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
