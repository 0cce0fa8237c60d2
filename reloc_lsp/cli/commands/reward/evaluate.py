"""`reloc-lsp reward eval`: how often a reward model prefers the better version."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from reloc_lsp.cli.commands.reward.model_flags import add_model_flags, chosen_scorer
from reloc_lsp.cli.commands.reward.progress_line import progress_line
from reloc_lsp.cli.errors import CallError
from reloc_lsp.cli.target_parsing import current_folder
from reloc_lsp.reward.training.pairwise_accuracy import Accuracy, pairwise_accuracies

SCORERS = ("model", "coin", "smaller_edit", "natural", "ngrams")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of `eval`."""
    parser.add_argument(
        "data", type=Path, metavar="PAIRS", help="a file that reward pairs wrote; its test split is used"
    )
    add_model_flags(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")


def run(options: argparse.Namespace) -> int:
    """Print a table: a row for all pairs and for each group of them, a column for each scorer."""
    from reloc_lsp.reward.training.dataset import read

    path = current_folder() / options.data.expanduser()
    preferences = read(path)
    if not any(preference.split == "test" for preference in preferences):
        raise CallError(f"{path} holds out no pairs: make it from two repositories or more, with a --test-share.")
    scorer = chosen_scorer(options)
    with progress_line("scoring"):
        rows = pairwise_accuracies(preferences, scorer.score if scorer else None)
    if options.json:
        for row in rows:
            print(json.dumps(asdict(row)))
    else:
        _print(rows)
    return 0


def _print(rows: Sequence[Accuracy]) -> None:
    scorers = [name for name in SCORERS if getattr(rows[0], name) is not None]
    width = max(len(row.group) for row in rows)
    print(" ".join([" " * width, "  pairs", *(f"{name.replace('_', ' '):>12}" for name in scorers)]))
    for row in rows:
        shares = [f"{getattr(row, name):>12.1%}" for name in scorers]
        print(" ".join([f"{row.group:<{width}}", f"{row.pairs:>7,}", *shares]))
