"""`reloc-lsp reward train-evidence`: fits the weights of the evidence reward to ranking lists."""

from __future__ import annotations

import argparse
import statistics
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from reloc_lsp import __version__
from reloc_lsp.cli.commands.reward.progress_line import progress_line
from reloc_lsp.cli.errors import CallError
from reloc_lsp.cli.flag_types import whole_number
from reloc_lsp.cli.target_parsing import current_folder
from reloc_lsp.reward.errors import RewardError, require_packages
from reloc_lsp.reward.linear_reward import INITIAL_WEIGHTS, as_json, load_linear_reward
from reloc_lsp.reward.training.ranking_lists import RankingList, read


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of `train-evidence`."""
    parser.add_argument("lists", type=Path, nargs="+", metavar="LISTS", help="files that reward lists wrote")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the file for the weights")
    parser.add_argument(
        "--folds", type=whole_number, default=5, metavar="N",
        help="folds of the cross-validation, in whole repositories; 1: none (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--from", dest="start", metavar="WEIGHTS",
        help='weights to start from and stay close to: "shipped" or a file; for lists from your own searches',
    )  # fmt: skip
    parser.add_argument("--leave-out", nargs="+", default=[], metavar="REPO", help="repositories that are left out")


def run(options: argparse.Namespace) -> int:
    """Cross-validate, fit to all lists, write the weights, and print the ranks of held-out lists."""
    from reloc_lsp.reward.training.conditional_logit import adapt, fit, held_out_ranks, ranks

    require_packages({"scipy": "fitting"})
    here = current_folder()
    start = load_linear_reward(options.start, here) if options.start else None
    if options.start and start is None:
        raise CallError('--from names weights: "shipped" or a file. Leave it out to start from nothing.')
    fit_to = partial(adapt, start=start.weights) if start else fit
    lists = [one for path in options.lists for one in read(here / path.expanduser())]
    lists = [one for one in lists if one.repository not in options.leave_out]
    if not lists:
        raise CallError("There is no list to fit the weights to.")
    repositories = Counter(one.repository for one in lists)
    effect = {}
    with progress_line("fitting") as report:
        if min(options.folds, len(repositories)) > 1:
            report("cross-validating")
            start_ranks = ranks(lists, start.weights if start else INITIAL_WEIGHTS)
            end_ranks = held_out_ranks(lists, min(options.folds, len(repositories)), fit_to)
            effect = _effect(lists, end_ranks, start_ranks)
        report("fitting to all lists")
        weights = fit_to(lists)
    card = {
        **({"from": start.card} if start else {}),
        "reloc_lsp": __version__, "made": datetime.now(UTC).date().isoformat(),
        "lists": dict(Counter(one.source for one in lists)), "alternatives": sum(one.among for one in lists),
        "repositories": dict(sorted(repositories.items())), "held_out": effect,
    }  # fmt: skip
    out: Path = here / options.out.expanduser()
    try:
        out.write_text(as_json(weights, card), encoding="utf-8")
    except OSError as error:
        raise RewardError(f"{out} cannot be written ({error.strerror or error}). Name another with --out.") from error
    print(f"{out}: {len(weights):,} weights from {len(lists):,} lists of {len(repositories)} repositories.")
    for kind, (count, before, after) in effect.items():
        print(f"Held out, {kind}: rank of the right rewrite {before:.0f}, then {after:.0f} (median of {count:,}).")
    return 0


def _effect(
    lists: Sequence[RankingList], after: Sequence[float], before: Sequence[float]
) -> dict[str, tuple[int, float, float]]:
    """By source: the number of lists, and the median rank of the first right rewrite before and after."""

    def median(ranks: Sequence[float], source: str) -> float:
        return round(statistics.median(rank for rank, one in zip(ranks, lists, strict=True) if one.source == source), 1)

    counts = Counter[str](one.source for one in lists)
    return {source: (count, median(before, source), median(after, source)) for source, count in sorted(counts.items())}
