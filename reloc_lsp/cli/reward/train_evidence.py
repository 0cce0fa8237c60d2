"""`reloc-lsp reward train-evidence`: the weights of the evidence reward, from lists of alternatives."""

from __future__ import annotations

import argparse
import statistics
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from reloc_lsp import __version__
from reloc_lsp.cli.errors import CallError
from reloc_lsp.cli.flag_types import whole_number
from reloc_lsp.cli.reward.progress_line import telling
from reloc_lsp.cli.target_parsing import current_folder
from reloc_lsp.reward.errors import RewardError, need
from reloc_lsp.reward.linear_reward import BEFORE, as_json, evidence_reward
from reloc_lsp.reward.training.ranking_lists import RankingList, read


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of `train-evidence`."""
    parser.add_argument("lists", type=Path, nargs="+", metavar="LISTS", help="what reward lists wrote")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="where the weights go")
    parser.add_argument(
        "--folds", type=whole_number, default=5, metavar="N",
        help="parts, in whole repositories, each of which is held out once to tell the effect (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--from", dest="start", metavar="WEIGHTS",
        help='weights to start from and stay near, "shipped" or a file: for what passed in searches of your own',
    )  # fmt: skip
    parser.add_argument("--leave-out", nargs="+", default=[], metavar="REPO", help="repositories not to learn from")


def run(options: argparse.Namespace) -> int:
    """Hold out, say the effect, learn from everything, write."""
    from reloc_lsp.reward.training.conditional_logit import adapt, fit, held_out, places

    need({"scipy": "fitting"})
    here = current_folder()
    start = evidence_reward(options.start, here) if options.start else None
    if options.start and start is None:
        raise CallError('--from names weights: "shipped" or a file. Leave it out to start from nothing.')
    learn = partial(adapt, start=start.weights) if start else fit
    lists = [one for path in options.lists for one in read(here / path.expanduser())]
    lists = [one for one in lists if one.repository not in options.leave_out]
    if not lists:
        raise CallError("There is no list to learn from.")
    repositories = Counter(one.repository for one in lists)
    effect = {}
    with telling("learning") as tell:
        if min(options.folds, len(repositories)) > 1:
            tell("holding out whole repositories")
            own = places(lists, start.weights if start else BEFORE)
            effect = _effect(lists, held_out(lists, min(options.folds, len(repositories)), learn), own)
        tell("learning from everything")
        weights = learn(lists)
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
        print(
            f"Held out, {kind}: the right rewrite stands at place {before:.0f}, then {after:.0f} (median of {count:,})."
        )
    return 0


def _effect(
    lists: Sequence[RankingList], after: Sequence[float], before: Sequence[float]
) -> dict[str, tuple[int, float, float]]:
    """By source: how many lists, and the median place of the first right rewrite before and after."""

    def median(places: Sequence[float], source: str) -> float:
        return round(
            statistics.median(place for place, one in zip(places, lists, strict=True) if one.source == source), 1
        )

    counts = Counter[str](one.source for one in lists)
    return {source: (count, median(before, source), median(after, source)) for source, count in sorted(counts.items())}
