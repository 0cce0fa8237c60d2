"""Training lists for the evidence reward, from hand-written bugs with known fixes.

    python tests/benchmarks/evidence_handwritten.py OUT.jsonl [FOLDER ...]
    reloc-lsp reward train-evidence OUT.jsonl HISTORIES.jsonl --out evidence.json

A list has the features of every rewrite as a search knows them before it evaluates the first one. A FOLDER contains
cases like `handwritten` and `exercises` (the default). For each case, the tests run on the broken function and the
values of its expressions are probed, as at the beginning of a search. If no single rewrite gives the fix, there is no
list.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reloc_lsp.evaluation.baseline.baseline import BaselineBuilder
from reloc_lsp.evaluation.evaluator import PytestEvaluator
from reloc_lsp.evaluation.interpreter import find_interpreter
from reloc_lsp.evaluation.sandbox import find_sandbox
from reloc_lsp.evaluation.tiers import HarnessLauncher
from reloc_lsp.evaluation.workspace.scratch_copy import ScratchCopy
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation
from reloc_lsp.program.unit import Module
from reloc_lsp.revision.reward_data.fix_lists import TargetVersion
from reloc_lsp.revision.run_context import run_context
from reloc_lsp.revision.run_report import RunReport
from reloc_lsp.reward.training.ranking_lists import RankingItem, RankingList, sample_wrong, write
from reloc_lsp.rewrites.neighborhood import RewriteNeighborhood
from reloc_lsp.search.candidate import Candidate
from reloc_lsp.settings import Settings

HERE = Path(__file__).parent
SECONDS = 30.0
"""Time limit of a baseline, in seconds. Chosen by hand."""


async def alternatives(case: dict[str, Any], name: str, root: Path) -> RankingList | None:
    """The list of one case, whose workspace is written to `root`; `None` if no single rewrite fixes it."""
    file, qualname = case["unit"].split("::")
    test = f"test_{Path(file).stem}.py"
    (root / file).write_text(case["broken"])
    (root / test).write_text(case["tests"])
    fixed, module = Module(case["fixed"]), Module(case["broken"])
    right, unit = fixed.find(qualname), module.find(qualname)
    assert right is not None and unit is not None
    sandbox = find_sandbox()
    copy = ScratchCopy(root, {}, mountable=sandbox.container is not None)
    try:
        launcher = HarnessLauncher(copy, find_interpreter(root, sys.executable), 1, sandbox=sandbox)
        location = UnitLocation(root / file, copy.path_in_copy(root / file), file, module, unit)
        evaluator = PytestEvaluator.start(
            launcher, location, await BaselineBuilder(launcher, location, SECONDS).measure([[test]])
        )
        try:
            context = run_context(
                report=RunReport(Settings(), lambda progress: None),
                evaluator=evaluator,
                location=location,
                settings=Settings(),
            )
            neighborhood = RewriteNeighborhood(context.task, context.module_context(), evaluator)
            ranked, reader = await neighborhood.ranked_rewrites(Candidate(context.task.source, "unchanged", ""))
        finally:
            await evaluator.close()
    finally:
        copy.close()
    wanted = TargetVersion(fixed.source(right))
    source = context.task.source
    rows = [RankingItem(reader.features(one), wanted.made_by(source, one.rewrite)) for one in ranked]
    if not any(row.right for row in rows):
        return None
    return RankingList("written", name, file, qualname, name, len(rows), sample_wrong(rows, name))


def lists(folders: list[Path]) -> Iterator[RankingList]:
    """The lists of all cases in the folders."""
    for path in (path for folder in folders for path in sorted(folder.glob("*.toml"))):
        with tempfile.TemporaryDirectory(prefix="lists-") as root:
            found = asyncio.run(alternatives(tomllib.loads(path.read_text()), path.stem, Path(root).resolve()))
        print(path.stem, "no single rewrite" if found is None else f"{found.among} rewrites", flush=True)
        if found:
            yield found


def main() -> None:
    """Write the lists."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("folders", type=Path, nargs="*", default=[HERE / "handwritten", HERE / "exercises"])
    options = parser.parse_args()
    print(write(options.out, lists(options.folders)), "lists")


if __name__ == "__main__":
    main()
