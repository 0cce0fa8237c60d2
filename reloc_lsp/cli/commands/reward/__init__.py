"""`reloc-lsp reward`: everything about reward models, from data to scores. Each action has a module in this package."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Mapping
from types import ModuleType

from reloc_lsp.cli.errors import CallError
from reloc_lsp.reward.errors import RewardError

ACTIONS: Mapping[str, tuple[str, str]] = {
    "pairs": ("pairs", "collect preferences from git histories, traces of searches, and tested functions"),
    "lists": ("lists", "collect rewrites of wrong functions, labelled as right or wrong"),
    "train-evidence": ("train_evidence", "fit the weights of the evidence reward to such lists"),
    "train": ("train", "train a reward model on preferences"),
    "eval": ("evaluate", "measure how often a reward model prefers the better version, compared with baselines"),
    "score": ("score", "score functions with a reward model"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions of `reward`."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, (_, summary) in ACTIONS.items():
        description = f"{summary[0].upper()}{summary[1:]}."
        action = actions.add_parser(name, help=summary, description=description, allow_abbrev=False)
        _module(name).add_arguments(action)


def run(options: argparse.Namespace) -> int:
    """Run the action. Exit status 0 if it succeeded, 130 if it was interrupted; raises `CallError`."""
    try:
        return int(_module(options.action).run(options))
    except RewardError as error:
        raise CallError(str(error)) from error
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130


def _module(action: str) -> ModuleType:
    return importlib.import_module(f"{__name__}.{ACTIONS[action][0]}")
