"""Training lists for the evidence reward, from real fixes: a rewrite is right if it passes the tests.

    python tests/benchmarks/evidence_real_fixes.py OUT.jsonl WORK
    reloc-lsp reward train-evidence OUT.jsonl --from shipped --out evidence.json

The fixes are those of realfix.jsonl and realfix_single.jsonl, undone in the commit that made them, and those of
undone.jsonl, undone in the newest version of their projects. WORK is the folder of realfix.py. The first rewrites of
the unchanged function are evaluated, in the order of the initial weights and in that of the shipped reward, as many as
the time limit allows.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from checkouts import checkout, cloned, environment
from realfix import HERE

from reloc_lsp.evaluation.baseline.baseline import BaselineBuilder
from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.evaluator import PytestEvaluator
from reloc_lsp.evaluation.interpreter import find_interpreter
from reloc_lsp.evaluation.sandbox import find_sandbox
from reloc_lsp.evaluation.selection.test_file_discovery import pytest_layout, test_files
from reloc_lsp.evaluation.selection.test_selection import likely_groups
from reloc_lsp.evaluation.tiers import HarnessLauncher
from reloc_lsp.evaluation.workspace.scratch_copy import ScratchCopy
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation
from reloc_lsp.program.source_text import SourceText
from reloc_lsp.program.text_edit import apply_edits
from reloc_lsp.program.unit import Module
from reloc_lsp.revision.run_context import RunContext, run_context
from reloc_lsp.revision.run_report import RunReport
from reloc_lsp.reward.linear_reward import INITIAL_WEIGHTS, LinearReward, load_linear_reward
from reloc_lsp.reward.training.ranking_lists import RankingItem, RankingList, write
from reloc_lsp.rewrites.neighborhood import MAX_SCORED, RewriteNeighborhood
from reloc_lsp.search.candidate import Candidate
from reloc_lsp.settings import Settings

TOP = 400
"""Rewrites taken from the beginning of each order. Chosen by hand."""
ROUND = 64
"""Rewrites evaluated in one round. Chosen by hand."""
BASELINE, EVALUATION = 25.0, 25.0
"""Time limits of the baseline and of the evaluation of the rewrites, in seconds. Chosen by hand."""


async def evaluated(context: RunContext) -> list[RankingItem]:
    """The first rewrites of both orders, and whether they pass."""
    source, evaluator = context.task.source, context.evaluator
    neighborhood = RewriteNeighborhood(context.task, context.module_context(), evaluator)
    ranked, reader = await neighborhood.ranked_rewrites(Candidate(source, "unchanged", ""))
    ranked = sorted(ranked, key=lambda one: -one.prior_score)[:MAX_SCORED]
    features = [reader.features(one) for one in ranked]
    first: set[int] = set()
    for reward in (LinearReward(INITIAL_WEIGHTS), load_linear_reward("shipped")):
        assert reward is not None
        scores = [reward.prior_score(found) for found in features]
        first |= set(sorted(range(len(features)), key=lambda n: -scores[n])[:TOP])
    made: dict[str, int] = {}
    for number in sorted(first):
        try:
            made.setdefault(apply_edits(source, ranked[number].rewrite.edits), number)
        except ValueError:
            continue
    made.pop(source, None)
    rows = []
    candidates = [Candidate(text, ranked[n].rewrite.operator, "", 0, 1, trusted=True) for text, n in made.items()]
    try:
        async with asyncio.timeout(EVALUATION):
            for start in range(0, len(candidates), ROUND):
                part = candidates[start : start + ROUND]
                verdicts = await evaluator.evaluate(part, evaluator.unchanged.passed)
                rows += [
                    RankingItem(features[made[c.source]], v.all_passed) for c, v in zip(part, verdicts, strict=True)
                ]
    except TimeoutError:
        evaluator.cancel()
    return rows


async def alternatives(row: Mapping[str, Any], root: Path, python: Path) -> RankingList | None:
    """The list of one fix; `None` if no evaluated rewrite passes, or if all pass."""
    file, qualname = row["file"], row["qualname"]
    sandbox = find_sandbox()
    copy = ScratchCopy(root, {}, mountable=sandbox.container is not None)
    try:
        launcher = HarnessLauncher(copy, find_interpreter(root, str(python)), 1, sandbox=sandbox)
        module = Module(SourceText.read(root / file).text)
        unit = module.find(qualname)
        assert unit is not None
        location = UnitLocation(root / file, copy.path_in_copy(root / file), file, module, unit)
        groups = likely_groups(copy.files, test_files(copy.files, pytest_layout(copy.files)), file, qualname)
        evaluator = PytestEvaluator.start(
            launcher, location, await BaselineBuilder(launcher, location, BASELINE).measure(groups)
        )
        try:
            if evaluator.unchanged.all_passed:
                return None
            rows = await evaluated(
                run_context(
                    report=RunReport(Settings(), lambda progress: None),
                    evaluator=evaluator,
                    location=location,
                    settings=Settings(),
                )
            )
        finally:
            await evaluator.close()
    finally:
        copy.close()
    if len({one.right for one in rows}) < 2:
        return None
    return RankingList("judged", row["repo"], file, qualname, row["commit"], len(rows), tuple(rows))


@contextmanager
def variables(values: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables while the context is active."""
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def lists(work: Path, files: Sequence[Path]) -> Iterator[RankingList]:
    """The lists of the fixes in the given files."""
    packages = dict(line.split("|") for line in (HERE / "realfix_packages.txt").read_text().splitlines())
    for row in [json.loads(line) for path in files for line in path.read_text().splitlines()]:
        folder = environment(work, row["repo"], packages[row["repo"]])
        with tempfile.TemporaryDirectory(prefix="evidence-") as workspace:
            root = Path(workspace).resolve()
            checkout(cloned(work, row["repo"]), row, root, folder)
            path = os.pathsep.join(str(p) for p in (root / "src", root / "lib", root) if p.is_dir())
            found = os.pathsep.join([str(folder / "bin"), os.environ["PATH"]])
            with variables({"VIRTUAL_ENV": str(folder), "PYTHONPATH": path, "PATH": found}):
                try:
                    one = asyncio.run(alternatives(row, root, folder / "bin" / "python"))
                except EvaluationError as error:
                    print(f"{row['repo']} {row['qualname']} is left out: {error}", flush=True)
                    continue
        result = "no list" if one is None else f"{sum(r.right for r in one.rows)} of {one.among}"
        print(row["repo"], row["qualname"], result, flush=True)
        if one:
            yield one


def main() -> None:
    """Write the lists."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("work", type=Path)
    usual = [HERE / name for name in ("realfix.jsonl", "realfix_single.jsonl", "undone.jsonl")]
    parser.add_argument("--rows", type=Path, nargs="+", default=usual, help="files of fixes (default: all three)")
    options = parser.parse_args()
    print(write(options.out, lists(options.work.resolve(), options.rows)), "lists")


if __name__ == "__main__":
    main()
