"""`reloc-lsp reward`: a reward model, from data to scores; each action is the module of its name in this package."""

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
    "lists": ("lists", "collect rewrites of wrong functions, of which it is known which are right"),
    "train-evidence": ("train_evidence", "learn from them how rewrites are ordered best"),
    "train": ("train", "train a reward model on them"),
    "eval": ("evaluate", "say how often a reward model prefers the better version, beside judges that need none"),
    "score": ("score", "score functions with a reward model"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `reward` can be told to do."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, (_, summary) in ACTIONS.items():
        action = actions.add_parser(name, help=summary, description=f"{summary.capitalize()}.", allow_abbrev=False)
        _module(name).add_arguments(action)


def run(options: argparse.Namespace) -> int:
    """Do it; exit status 0 if it was done, 130 if it was interrupted; raises `CallError`."""
    try:
        return int(_module(options.action).run(options))
    except RewardError as error:
        raise CallError(str(error)) from error
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130


def _module(action: str) -> ModuleType:
    return importlib.import_module(f"{__name__}.{ACTIONS[action][0]}")
