"""The flags that every revision shares: what it may spend, how it searches, and how its tests run.

The reference of the command line is generated from these help texts. What the flags become is in `chosen_settings`.
"""

from __future__ import annotations

import argparse
import typing

from reloc_lsp.cli.flag_types import seconds, whole_number
from reloc_lsp.settings import EvaluationSettings, ReviewSettings, SearchSettings, Settings

LOG_LEVELS = ("debug", "info", "warning", "error")
"""From the most messages to the fewest."""

DEFAULTS = Settings()


def add_settings_flags(parser: argparse.ArgumentParser) -> None:
    """Declare a flag for every setting that a call may choose."""
    _add_budget_flags(parser)
    _add_search_flags(parser)
    _add_test_flags(parser)
    _add_review_flags(parser)


def add_log_level_flag(parser: argparse.ArgumentParser) -> None:
    """Declare the flag that chooses which messages are logged."""
    parser.add_argument(
        "--log-level",
        choices=LOG_LEVELS,
        default="warning",
        help="log messages of this level and of those after it in the list (default: %(default)s)",
    )


def _add_budget_flags(parser: argparse.ArgumentParser) -> None:
    default = DEFAULTS.budget
    budget = parser.add_argument_group("budget", "The search ends as soon as one of these limits is reached.")
    budget.add_argument(
        "--seconds",
        type=seconds,
        metavar="S",
        help=f"wall-clock seconds for the whole revision, its test runs included (default: {default.seconds:g})",
    )
    budget.add_argument(
        "--evaluations",
        type=whole_number,
        metavar="N",
        help="number of candidates that the tests evaluate (default: no limit)",
    )
    budget.add_argument(
        "--calls", type=whole_number, metavar="N", help="number of calls to the language model (default: no limit)"
    )
    budget.add_argument(
        "--tokens",
        type=whole_number,
        metavar="N",
        help="number of tokens of the language model, prompts and replies together (default: no limit)",
    )


def _add_search_flags(parser: argparse.ArgumentParser) -> None:
    default = DEFAULTS.search
    search = parser.add_argument_group("search", "How the search finds candidates.")
    search.add_argument(
        "--algorithm",
        choices=_choices(SearchSettings, "algorithm"),
        help=f"how the search continues from what it found; all but {default.algorithm} need a language model "
        f"(default: {default.algorithm})",
    )
    search.add_argument(
        "--rules",
        choices=_choices(SearchSettings, "rules"),
        help="default: the decision rules of reloc-lsp; paper: those of the ReLoc paper, which need a language model "
        f"(default: {default.rules})",
    )
    search.add_argument(
        "--reviser",
        choices=_choices(SearchSettings, "reviser"),
        help="who writes candidates. rewrites: rewrites of the syntax tree; model: the language model; auto: rewrites, "
        f"and the model as well if one is named or served on this machine (default: {default.reviser})",
    )
    search.add_argument(
        "--seed",
        type=whole_number,
        metavar="N",
        help=f"seed of every random choice: the same seed repeats the same search (default: {default.seed})",
    )
    search.add_argument(
        "--model", metavar="NAME", help="name of the language model (default: the first model of the model server)"
    )
    search.add_argument(
        "--base-url",
        metavar="URL",
        help="address of an OpenAI-compatible model server (default: with --model, port 8000 of this machine)",
    )


def _add_test_flags(parser: argparse.ArgumentParser) -> None:
    default = DEFAULTS.evaluation
    tests = parser.add_argument_group("tests", "Which tests evaluate the candidates, and how they run.")
    tests.add_argument(
        "--tests",
        nargs="+",
        action="extend",
        metavar="NODEID",
        help="pytest node ids or paths of the tests that must pass (default: the tests that reach the function)",
    )
    tests.add_argument(
        "--sandbox",
        choices=_choices(EvaluationSettings, "sandbox"),
        help="auto: the strongest sandbox that this machine offers; full: run nothing with less than a full sandbox; "
        f"none: no sandbox (default: {default.sandbox})",
    )
    tests.add_argument(
        "--interpreter",
        metavar="PATH",
        help="the Python that runs the tests (default: the virtual environment in the workspace, else the active one, "
        "else the Python of reloc-lsp)",
    )


def _add_review_flags(parser: argparse.ArgumentParser) -> None:
    review = parser.add_argument_group("review", "Which revisions are proposed.")
    review.add_argument(
        "--powers",
        choices=_choices(ReviewSettings, "powers"),
        help="what becomes of a revision that can do what the function could not, such as write files. show: its "
        f"powers are named; refuse: it is not proposed (default: {DEFAULTS.review.powers})",
    )


def _choices(settings: type, name: str) -> tuple[str, ...]:
    """The values that a setting allows."""
    return typing.get_args(typing.get_type_hints(settings)[name])
