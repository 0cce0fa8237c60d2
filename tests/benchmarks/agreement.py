"""Check that the tiers agree: the same planted changes, evaluated warm, fresh and cold, on published packages.

    python tests/benchmarks/agreement.py [--packages NAME ...] [--changes 200] [--cold 20|all] [--work DIR] [--out FILE]

For each package, mutmut's operators plant changes in functions of several modules that the tests cover. The baseline
of each function is measured as for a revision, in the best sandbox of this machine, with the permissions that the tests
require. Then every change is evaluated in four ways:

- search: the evaluator as a search uses it, in batches, until the first failure that the unchanged unit does not have;
- warm: a fork of the process with the collected tests, with the unit's code swapped; all covering tests;
- fresh: a fork taken before the project's modules are imported; all covering tests;
- cold: a new pytest process on a new copy; all covering tests; by default only for a seeded sample of the changes.

The outcome of every covering test is compared. "Failed", "died" and "timed out" all count as "not passed", because the
tier decides how a hanging change is ended. A tier stops at the first test that hangs. In this case only the tests that
all tiers ran are compared. Functions for which the baseline chose cold runs alone are not compared, but listed with the
reason. A change that swapping code cannot apply (another header, another closure) is left out of the warm tier.

Each disagreement is diagnosed. The tiers run again to find flaky tests, then with a longer timeout, then with the tests
in one order, then with this test alone. If only the decision of the search differs, the change is evaluated again,
alone and in the same batches. Costs are CPU time per change: of the server and its children for forks; of the process
and the creation of its copy for cold runs. Needs Linux (/proc) and a package index. Exits with status 1 if a
disagreement remains that neither a flaky test nor a timeout explains. If interrupted, it prints the results so far.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agreement_case import Case
from agreement_tally import Tally, remarks, row, table
from speed_mutants import Mutant, tools
from suites import SUITES, Suite, choose_functions, environment, planted, sources, tests_by_function

from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.interpreter import find_interpreter
from reloc_lsp.evaluation.sandbox import find_sandbox
from reloc_lsp.evaluation.tiers import HarnessLauncher
from reloc_lsp.evaluation.workspace.scratch_copy import ScratchCopy
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation
from reloc_lsp.program.source_text import SourceText
from reloc_lsp.program.unit import Module


@dataclass(frozen=True)
class Plan:
    """How many changes to evaluate; the defaults were chosen by hand.

    `changes` is the number per package, and `per_function` the most in one function. `cold` is how many of the
    package's changes the cold tier evaluates; `None` stands for all.
    """

    changes: int = 200
    cold: int | None = 20
    seed: str = "1"
    per_function: int = 20


async def evaluate_function(case: Case, chosen: Sequence[Mutant], plan: Plan) -> None:
    """Evaluate all changes of one function."""
    share = len(chosen) if plan.cold is None else -(-plan.cold * len(chosen) // plan.changes)
    cold = set(random.Random(f"{plan.seed} {case.location.unit.qualname}").sample(range(len(chosen)), share))
    verdicts = await case.search(chosen)
    for position, (mutant, verdict) in enumerate(zip(chosen, verdicts, strict=True)):
        await case.compare(chosen, mutant, position in cold, verdict)


async def evaluate_package(suite: Suite, python: Path, mutmut: Path, tree: Path, plan: Plan, tally: Tally) -> None:
    """Plant changes in one package until there are enough, evaluate them in all tiers, add the results to `tally`."""
    start_time = time.monotonic()
    copy = ScratchCopy(tree, {})
    try:
        launcher = HarnessLauncher(copy, find_interpreter(tree, str(python)), 1, sandbox=find_sandbox())
        functions = choose_functions(suite, tree, await tests_by_function(launcher, plan.seed), plan.seed)
        # Two more functions than needed: some have few changes, and some need cold runs.
        step = -(-plan.changes // plan.per_function) + 2
        for start in range(0, len(functions), step):
            for file, qualname, mutants in planted(
                mutmut, tree, functions[start : start + step], plan.seed, plan.per_function
            ):
                await _evaluate_at(launcher, file, qualname, mutants[: plan.changes - tally.changes], plan, tally)
                if tally.changes >= plan.changes:
                    return
    finally:
        copy.close()
        tally.seconds = time.monotonic() - start_time


async def _evaluate_at(
    launcher: HarnessLauncher, file: str, qualname: str, chosen: Sequence[Mutant], plan: Plan, tally: Tally
) -> None:
    path = launcher.copy.origin / file
    module = Module(SourceText.read(path).text)
    unit = module.find(qualname)
    assert unit is not None
    try:
        case = await Case.start(
            launcher, UnitLocation(path, launcher.copy.path_in_copy(path), file, module, unit), tally
        )
    except EvaluationError as error:
        tally.left_out.append(f"{file}::{qualname}: {error}")
        return
    tally.functions.append(f"{file}::{qualname}")
    tally.modules.add(file)
    try:
        await evaluate_function(case, chosen, plan)
    finally:
        await case.close()


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages", nargs="+", choices=SUITES, default=list(SUITES))
    parser.add_argument("--changes", type=int, default=200, help="changes per package")
    parser.add_argument("--many", type=int, default=20, help="maximum number of changes per function")
    parser.add_argument("--cold", default="20", help="changes per package that the cold tier also evaluates, or 'all'")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--work", type=Path, help="folder that keeps downloads and environments")
    parser.add_argument("--out", type=Path, help="file to which a JSON line per package is appended")
    options = parser.parse_args()
    work = (options.work or Path(tempfile.mkdtemp(prefix="agreement-"))).resolve()
    cold = None if options.cold == "all" else int(options.cold)
    plan, tallies = Plan(options.changes, cold, options.seed, options.many), {}
    load = os.getloadavg()[0]
    try:
        mutmut = tools(work)
        for name in options.packages:
            suite, tally = SUITES[name], Tally()
            tree, python = sources(suite, work), environment([suite], work)
            tallies[name] = tally
            try:
                asyncio.run(evaluate_package(suite, python, mutmut, tree, plan, tally))
            finally:
                print(remarks(name, suite.features, tally), flush=True)
                if options.out:
                    with options.out.open("a", encoding="utf-8") as stream:
                        stream.write(json.dumps(row(name, suite, tally)) + "\n")
    except KeyboardInterrupt:
        print("interrupted; the results so far:")
    finally:
        if options.work is None:
            shutil.rmtree(work)
    print(table(tallies))
    print(f"sandbox: {find_sandbox().level}; load average at start and end: {load:.1f}, {os.getloadavg()[0]:.1f}")
    if any(tally.serious for tally in tallies.values()):
        raise SystemExit("tiers disagree")


if __name__ == "__main__":
    main()
