"""Training lists for the evidence reward, from bugs that mutmut plants in well-tested packages.

    python tests/benchmarks/evidence_planted.py OUT.jsonl [--packages isodate ...] [--minutes 30] [--work DIR]
    reloc-lsp reward train-evidence OUT.jsonl ... --out evidence.json

All bugs of a function share one baseline; for each bug, only its covering tests run again, in a fork. If no single
rewrite fixes a bug, there is no list. For each other bug there is a list with the features before the search. If the
first candidates of the search all fail, there is a second list, without these candidates and with the features that
their verdicts add. The projects of realfix.jsonl are left out, because the reward is tested on them.
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

from published_packages import Package
from speed_mutants import Mutant, tools
from suites import SUITES, Suite, choose_functions, environment, planted, sources, tests_by_function

from reloc_lsp.evaluation.baseline.baseline import Baseline, BaselineBuilder
from reloc_lsp.evaluation.baseline.coverage_run import CoverageRun
from reloc_lsp.evaluation.baseline.test_prioritization import running_order, spread_failures
from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.evaluator import PytestEvaluator
from reloc_lsp.evaluation.interpreter import find_interpreter
from reloc_lsp.evaluation.sandbox import find_sandbox
from reloc_lsp.evaluation.selection.test_file_discovery import pytest_layout, test_files
from reloc_lsp.evaluation.selection.test_selection import likely_groups
from reloc_lsp.evaluation.tiers import HarnessLauncher, WarmTier
from reloc_lsp.evaluation.workspace.scratch_copy import ScratchCopy
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation
from reloc_lsp.program.fingerprint import fingerprint
from reloc_lsp.program.source_text import SourceText
from reloc_lsp.program.text_edit import apply_edits
from reloc_lsp.program.unit import Module
from reloc_lsp.revision.reward_data.fix_lists import LabelledRewrite, TargetVersion
from reloc_lsp.revision.run_context import RunContext, run_context
from reloc_lsp.revision.run_report import RunReport
from reloc_lsp.reward.training.ranking_lists import RankingItem, RankingList, sample_wrong, write
from reloc_lsp.rewrites.neighborhood import RewriteNeighborhood
from reloc_lsp.rewrites.ranking.mutation_feedback import MutationFeedback
from reloc_lsp.rewrites.ranking.ranked_rewrite import RankedRewrite
from reloc_lsp.rewrites.source.module_context import ModuleContext
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
FROM_SUITES = ("itsdangerous", "tinydb", "hyperlink", "pathspec", "sqlite-utils", "diskcache")
KNOWN = {suite.name: suite for suite in (*(SUITES[name] for name in FROM_SUITES), *MORE)}
"""All packages to choose from, by name."""
MAX_TEST_SECONDS, MAX_CHARACTERS = 1.5, 2500
"""Functions with slower covering tests (CPU seconds), or with more characters, are left out. Chosen by hand."""
PER_FUNCTION = 12
"""Most bugs in one function. Chosen by hand."""
FIRST_CANDIDATES = 64
"""Candidates evaluated before the second list. Chosen by hand."""
GROWN_LIMIT = 3.0
"""Factor of the tests' timeouts on a buggy version. Chosen by hand."""
BASELINE, ONE_BUG = 20.0, 30.0
"""Time limits of a baseline and of one bug, in seconds. Chosen by hand."""


async def start_search(launcher: HarnessLauncher, base: Baseline, location: UnitLocation) -> RunContext | None:
    """The context of a search on a bug; `None` if no test notices the bug, or if a test hangs or crashes."""
    tier = base.tier
    assert isinstance(tier, WarmTier)
    coverage_run = CoverageRun()
    tests = list(base.tests)
    limits = [base.limits[n].grown(GROWN_LIMIT) for n in tests]
    coverage_run.add(
        await tier.run(
            location.source, tests, limits, probe=True, lines=location.line_range(), entry=location.first_statement_line
        )
    )
    results = {n: result for n, result in coverage_run.results.items() if n in base.results}
    ends = {result.outcome for result in results.values()}
    if not coverage_run.failing or len(results) < len(tests) or ends & {Outcome.TIMEOUT, Outcome.DIED}:
        return None
    order = spread_failures(sorted(results, key=lambda n: running_order(results[n], n)), results)
    types = {name: frozenset(kinds) for name, kinds in coverage_run.types.items()}
    changed = replace(
        base, results=results, tests=order, lines=coverage_run.lines, types=types, calls=coverage_run.calls
    )
    evaluator = PytestEvaluator.start(launcher, location, changed)
    return run_context(
        report=RunReport(Settings(), lambda progress: None), evaluator=evaluator, location=location, settings=Settings()
    )


async def feedback_of(context: RunContext, tried: Sequence[RankedRewrite]) -> MutationFeedback:
    """The feedback of the verdicts on these rewrites."""
    before, candidates, feedback = context.evaluator.unchanged, [], MutationFeedback()
    for one in tried:
        source = apply_edits(context.task.source, one.rewrite.edits)
        candidates.append(Candidate(source, one.rewrite.operator, one.rewrite.description, 0, 1, trusted=True))
    for one, verdict in zip(tried, await context.evaluator.evaluate(candidates, before.passed), strict=True):
        feedback.record(one.rewrite, before, verdict)
    return feedback


async def alternatives(context: RunContext, package: Package, wanted: TargetVersion) -> list[RankingList]:
    """The lists of one bug; none if no single rewrite fixes it."""
    source, unit = context.task.source, context.location.unit.qualname
    neighborhood = RewriteNeighborhood(context.task, context.module_context(), context.evaluator)
    ranked, reader = await neighborhood.ranked_rewrites(Candidate(source, "unchanged", ""))
    ranked.sort(key=lambda one: -one.prior_score)
    known = wanted.label(source, ranked)

    def listed(among: Sequence[LabelledRewrite], feedback: MutationFeedback) -> RankingList:
        name = f"{package.version} {fingerprint(source)}"
        rows = []
        for one in sample_wrong(among, name):
            rewrite = one.rewrite.rewrite
            features = reader.features(one.rewrite) | feedback.features(rewrite.operator, rewrite.line)
            rows.append(RankingItem(features, one.right))
        return RankingList("planted", package.name, context.location.name, unit, name, len(among), tuple(rows))

    if not any(one.right for one in known):
        return []
    found = [listed(known, MutationFeedback())]
    tried, left = known[:FIRST_CANDIDATES], known[FIRST_CANDIDATES:]
    if not any(one.right for one in tried):
        found.append(listed(left, await feedback_of(context, [one.rewrite for one in tried])))
    return found


async def lists_of_function(
    launcher: HarnessLauncher, suite: Suite, path: Path, file: str, qualname: str, mutants: Sequence[Mutant]
) -> AsyncGenerator[list[RankingList]]:
    """The lists of each bug in a function."""
    module = Module(SourceText.read(path).text)
    unit = module.find(qualname)
    assert unit is not None
    fixed = module.source(unit)
    files = test_files(launcher.copy.files, pytest_layout(launcher.copy.files))
    groups = likely_groups(launcher.copy.files, files, file, qualname)
    base = await BaselineBuilder(
        launcher, UnitLocation(path, launcher.copy.path_in_copy(path), file, module, unit), BASELINE
    ).measure(groups)
    try:
        slow = sum(result.seconds for result in base.results.values()) > MAX_TEST_SECONDS
        green = all(result.outcome is Outcome.PASSED for result in base.results.values())
        if slow or not green or not isinstance(base.tier, WarmTier) or len(fixed) > MAX_CHARACTERS:
            return
        for mutant in mutants:
            wrong = Module(mutant.text)
            found = wrong.find(qualname)
            assert found is not None
            wanted, source = TargetVersion(fixed), wrong.source(found)
            if not wanted.is_reachable(source, ModuleContext(wrong.tree, qualname, {})):
                continue
            location = UnitLocation(path, launcher.copy.path_in_copy(path), file, wrong, found)
            try:
                async with asyncio.timeout(ONE_BUG):
                    context = await start_search(launcher, base, location)
                    made = await alternatives(context, suite.package, wanted) if context else []
            except TimeoutError:
                base.tier.cancel()
                continue
            yield made
    finally:
        await base.tier.close()


async def lists_of_package(suite: Suite, work: Path, seed: str, until: float) -> AsyncGenerator[list[RankingList]]:
    """The lists of each bug in one package, function by function, until the monotonic time `until`."""
    mutmut, tree, python = tools(work), sources(suite, work), environment([suite], work)
    sandbox = find_sandbox()
    copy = ScratchCopy(tree, {}, mountable=sandbox.container is not None)
    try:
        launcher = HarnessLauncher(copy, find_interpreter(tree, str(python)), 1, sandbox=sandbox)
        functions = choose_functions(suite, tree, await tests_by_function(launcher, seed), seed)
        for file, qualname, mutants in planted(mutmut, tree, functions, seed, PER_FUNCTION):
            try:
                async with aclosing(lists_of_function(launcher, suite, tree / file, file, qualname, mutants)) as stream:
                    async for found in stream:
                        yield found
                        if time.monotonic() > until:
                            return
            except EvaluationError as error:
                print(f"{suite.name} {qualname}: {error}", flush=True)
    finally:
        copy.close()


def lists(names: Sequence[str], work: Path, seed: str, minutes: float) -> Iterator[RankingList]:
    """The lists of the packages. Each package gets the same share of the time."""
    with asyncio.Runner() as runner:
        for number, name in enumerate(names):
            share = 60.0 * minutes / len(names)
            stream = lists_of_package(KNOWN[name], work, seed, time.monotonic() + share)
            searched = 0
            while True:
                try:
                    found = runner.run(anext(stream))
                except StopAsyncIteration:
                    break
                except EvaluationError as error:
                    print(f"{name} is left out: {error}", flush=True)
                    break
                searched += bool(found)
                yield from found
            print(f"{number + 1} of {len(names)}: {name}, {searched} searches", flush=True)


def main() -> None:
    """Write the lists."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--packages", nargs="+", choices=KNOWN, default=list(KNOWN))
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--work", type=Path, help="folder that keeps downloads and environments")
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
