"""Lists of alternatives from bugs that mutmut plants in well-tested packages, with what their tests show at run time.

    python tests/benchmarks/evidence_planted.py OUT.jsonl [--packages isodate ...] [--minutes 30] [--work DIR]
    reloc-lsp reward train-evidence OUT.jsonl ... --out evidence.json

One baseline serves all bugs of a function: of each only the tests that reach it are run again, in a fork. Bugs whose
fix is no single rewrite give no list. The projects in realfix.jsonl are left out, as effects are measured there.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import tempfile
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

from plant import Package
from speed import Mutant, tools
from suites import SUITES, Suite, called, choose, environment, planted, sources

from reloc_lsp.evaluation.baseline import Baseline, Measuring
from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.interpreter import find_interpreter
from reloc_lsp.evaluation.judge import Judge
from reloc_lsp.evaluation.ordering import judging_order, varied
from reloc_lsp.evaluation.place import UnitPlace
from reloc_lsp.evaluation.sandbox import find_sandbox
from reloc_lsp.evaluation.selection import likely_groups, pytest_layout, test_files
from reloc_lsp.evaluation.survey import Survey
from reloc_lsp.evaluation.tiers import Bench, WarmTier
from reloc_lsp.evaluation.workspace import ScratchCopy
from reloc_lsp.program.text import SourceText
from reloc_lsp.program.unit import Module
from reloc_lsp.revision.account import Account
from reloc_lsp.revision.attempt import Attempt
from reloc_lsp.revision.fixes import Wanted
from reloc_lsp.reward.alternatives import Alternative, Alternatives, drawn, write
from reloc_lsp.rewrites.neighborhood import RewriteNeighborhood
from reloc_lsp.search.candidate import Candidate
from reloc_lsp.search.verdict import Outcome
from reloc_lsp.settings import Settings

MORE = (
    Suite(Package("deepmerge", "4.0.0", "deepmerge"), ()),
    Suite(Package("hpack", "4.2.0", "src/hpack"), (), ("hypothesis",)),
    Suite(Package("intervaltree", "3.2.1", "intervaltree"), ()),
    Suite(Package("isodate", "0.7.2", "src/isodate"), ()),
    Suite(Package("jsonpath-ng", "1.16.0", "src/jsonpath_ng"), (), ("hypothesis",)),
    Suite(Package("num2words", "0.5.14", "num2words"), (), ("docopt",)),
    Suite(Package("wsproto", "1.3.2", "src/wsproto"), ()),
)
OF_SUITES = ("itsdangerous", "tinydb", "hyperlink", "pathspec", "sqlite-utils", "diskcache")
KNOWN = {suite.name: suite for suite in (*(SUITES[name] for name in OF_SUITES), *MORE)}
SLOWEST, LONGEST = 1.5, 2500  # CPU seconds of a function's tests, characters of a function
MANY = 12  # bugs in one function
BASELINE, ONE = 20.0, 30.0  # seconds


async def alternatives(bench: Bench, base: Baseline, suite: Suite, place: UnitPlace, fixed: str) -> Alternatives | None:
    """The list of one bug, or `None` where no test notices it or no single rewrite mends it."""
    tier = base.tier
    assert isinstance(tier, WarmTier)
    survey = Survey()
    tests = list(base.tests)
    limits = [base.limits[n].grown(3.0) for n in tests]
    survey.add(await tier.run(place.source, tests, limits, probe=True, lines=place.lines(), entry=place.entry))
    results = {n: result for n, result in survey.results.items() if n in base.results}
    ends = {result.outcome for result in results.values()}
    if not survey.failing or len(results) < len(tests) or ends & {Outcome.TIMEOUT, Outcome.DIED}:
        return None
    order = varied(sorted(results, key=lambda n: judging_order(results[n], n)), results)
    types = {name: frozenset(kinds) for name, kinds in survey.types.items()}
    changed = replace(base, results=results, tests=order, lines=survey.lines, types=types, calls=survey.calls)
    judge = Judge(bench, place, changed)
    attempt = Attempt(Account(Settings(), lambda progress: None), judge, place, Settings())
    hood = RewriteNeighborhood(attempt.task, attempt.module(), judge)
    found = await hood.clues(Candidate(attempt.task.source, "unchanged", ""))
    wanted = Wanted(fixed)
    rows = [Alternative(clues, wanted.made_by(attempt.task.source, rewrite)) for rewrite, clues in found]
    if not any(row.right for row in rows):
        return None
    return Alternatives(
        "planted", suite.name, place.name, place.unit.qualname, suite.package.version, len(rows), drawn(rows, fixed)
    )


async def of_function(
    bench: Bench, suite: Suite, path: Path, file: str, qualname: str, mutants: Sequence[Mutant]
) -> AsyncGenerator[Alternatives | None]:
    """What comes of each bug in a function, `None` of those that give no list."""
    module = Module(SourceText.read(path).text)
    unit = module.find(qualname)
    assert unit is not None
    fixed = module.source(unit)
    files = test_files(bench.copy.files, pytest_layout(bench.copy.files))
    groups = likely_groups(bench.copy.files, files, file, qualname)
    base = await Measuring(bench, UnitPlace(path, bench.copy.place(path), file, module, unit), BASELINE).measure(groups)
    try:
        slow = sum(result.seconds for result in base.results.values()) > SLOWEST
        green = all(result.outcome is Outcome.PASSED for result in base.results.values())
        if slow or not green or not isinstance(base.tier, WarmTier) or len(fixed) > LONGEST:
            return
        for mutant in mutants:
            wrong = Module(mutant.text)
            found = wrong.find(qualname)
            assert found is not None
            place = UnitPlace(path, bench.copy.place(path), file, wrong, found)
            try:
                yield await asyncio.wait_for(alternatives(bench, base, suite, place, fixed), ONE)
            except TimeoutError:
                yield None
    finally:
        await base.tier.close()


async def of_package(suite: Suite, work: Path, seed: str, until: float) -> AsyncGenerator[Alternatives | None]:
    """What comes of the bugs in one package, function by function, until the time is over."""
    mutmut, tree, python = tools(work), sources(suite, work), environment([suite], work)
    sandbox = find_sandbox()
    copy = ScratchCopy(tree, {}, mountable=sandbox.outer is not None)
    try:
        bench = Bench(copy, find_interpreter(tree, str(python)), 1, sandbox=sandbox)
        functions = choose(suite, tree, await called(bench, seed), seed)
        for file, qualname, mutants in planted(mutmut, tree, functions, seed, MANY):
            try:
                async with aclosing(of_function(bench, suite, tree / file, file, qualname, mutants)) as stream:
                    async for found in stream:
                        yield found
                        if time.monotonic() > until:
                            return
            except EvaluationError as error:
                print(f"{suite.name} {qualname}: {error}", flush=True)
    finally:
        copy.close()


def lists(names: Sequence[str], work: Path, seed: str, minutes: float) -> Iterator[Alternatives]:
    """The lists of some packages, each with its share of the time."""
    with asyncio.Runner() as runner:
        for number, name in enumerate(names):
            share = 60.0 * minutes / len(names)
            stream = of_package(KNOWN[name], work, seed, time.monotonic() + share)
            made = bugs = 0
            while True:
                try:
                    found = runner.run(anext(stream))
                except StopAsyncIteration:
                    break
                except EvaluationError as error:
                    print(f"{name} is left out: {error}", flush=True)
                    break
                bugs += 1
                if found is not None:
                    made += 1
                    yield found
            print(f"{number + 1} of {len(names)}: {name}, {made} lists of {bugs} bugs", flush=True)


def main() -> None:
    """Write the lists."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--packages", nargs="+", choices=KNOWN, default=list(KNOWN))
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--work", type=Path, help="folder to keep downloads and environments in")
    options = parser.parse_args()
    work = (options.work or Path(tempfile.mkdtemp(prefix="planted-"))).resolve()
    try:
        count = write(options.out, lists(options.packages, work, options.seed, options.minutes))
    finally:
        if options.work is None:
            shutil.rmtree(work)
    print(json.dumps({"lists": count, "load": round(os.getloadavg()[0], 1)}))


if __name__ == "__main__":
    main()
