"""Do the tiers agree? The same planted changes, judged warm, fresh and cold, on published packages of many habits.

    python tests/benchmarks/agreement.py [--packages NAME ...] [--changes 200] [--cold 20|all] [--work DIR] [--out FILE]

For each package mutmut's operators plant changes in functions that its tests cover, in several modules. The baseline
of each function is taken as for a revision, in the sandbox as found, with the grants it learns. Then every change is
judged by

- search: the judge as a search uses it, in batches and until the first failure beyond those of the unchanged unit;
- warm: a fork of the collected tests with the unit's code swapped, all covering tests;
- fresh: a fork taken before the project's modules are imported, all covering tests;
- cold: a new pytest process on a new copy, all covering tests; by default on a seeded sample of the changes.

The outcome of every covering test is compared. Failed, died and timed out are all "not passed": how a change that
hangs is ended depends on the tier. A tier stops at the first test that hangs, so then those tests are compared that
both have run. Functions for which the baseline chose cold runs alone are not compared, and listed with the reason;
a change that a swap cannot show (another header, another closure) is not for the warm tier.

Every disagreement is looked into: the tiers are run again to see whether one disagrees with itself (a flaky test), then
with much more time, then in one order of the tests, then with that test alone. Where a search alone decides
otherwise, it is asked again for the change by itself and in the same batches. Costs are CPU time per change: of the
server and its children for forks; of the process and the making of its copy for cold runs. Needs Linux (/proc) and a
package index. Ends with status 1 if a disagreement is left that is neither flaky nor a matter of time.
Interrupted, it tells what it has so far.
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
from speed import Mutant, tools
from suites import SUITES, Suite, called, choose, environment, planted, sources

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
    """How much to do: changes for a package, how many of a function, how many of all in the cold tier."""

    changes: int = 200
    cold: int | None = 20
    seed: str = "1"
    many: int = 20


async def judge_function(case: Case, chosen: Sequence[Mutant], plan: Plan) -> None:
    """Judge all changes of one function."""
    share = len(chosen) if plan.cold is None else -(-plan.cold * len(chosen) // plan.changes)
    cold = set(random.Random(f"{plan.seed} {case.location.unit.qualname}").sample(range(len(chosen)), share))
    verdicts = await case.search(chosen)
    for position, (mutant, verdict) in enumerate(zip(chosen, verdicts, strict=True)):
        await case.compare(chosen, mutant, position in cold, verdict)


async def judge_package(suite: Suite, python: Path, mutmut: Path, tree: Path, plan: Plan, tally: Tally) -> None:
    """Plant changes in one package until there are enough, and judge them in all tiers; `tally` takes in the result."""
    begun = time.monotonic()
    copy = ScratchCopy(tree, {})
    try:
        launcher = HarnessLauncher(copy, find_interpreter(tree, str(python)), 1, sandbox=find_sandbox())
        functions = choose(suite, tree, await called(launcher, plan.seed), plan.seed)
        # A few to spare: some functions have few changes, some are for cold runs alone.
        step = -(-plan.changes // plan.many) + 2
        for start in range(0, len(functions), step):
            for file, qualname, mutants in planted(mutmut, tree, functions[start : start + step], plan.seed, plan.many):
                await _judge_at(launcher, file, qualname, mutants[: plan.changes - tally.changes], plan, tally)
                if tally.changes >= plan.changes:
                    return
    finally:
        copy.close()
        tally.seconds = time.monotonic() - begun


async def _judge_at(
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
        await judge_function(case, chosen, plan)
    finally:
        await case.close()


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages", nargs="+", choices=SUITES, default=list(SUITES))
    parser.add_argument("--changes", type=int, default=200, help="changes per package")
    parser.add_argument("--many", type=int, default=20, help="changes per function at the most")
    parser.add_argument("--cold", default="20", help="changes per package that the cold tier judges as well, or 'all'")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--work", type=Path, help="folder to keep downloads and environments in")
    parser.add_argument("--out", type=Path, help="file for a JSON line per package")
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
                asyncio.run(judge_package(suite, python, mutmut, tree, plan, tally))
            finally:
                print(remarks(name, suite.habits, tally), flush=True)
                if options.out:
                    with options.out.open("a", encoding="utf-8") as stream:
                        stream.write(json.dumps(row(name, suite, tally)) + "\n")
    except KeyboardInterrupt:
        print("interrupted: what there is so far")
    finally:
        if options.work is None:
            shutil.rmtree(work)
    print(table(tallies))
    print(f"sandbox: {find_sandbox().level}; load when it began and ended: {load:.1f}, {os.getloadavg()[0]:.1f}")
    if any(tally.serious for tally in tallies.values()):
        raise SystemExit("tiers disagree")


if __name__ == "__main__":
    main()
