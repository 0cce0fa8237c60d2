"""The flags that set a revision's settings, and the layers they lie on."""

from __future__ import annotations

import argparse
import math
import os
import sys
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from reloc_lsp.search.budget import Budget
from reloc_lsp.settings import EvaluationSettings, Layer, SearchSettings, Settings, layered, pyproject_layer, user_layer


def add_settings_flags(parser: argparse.ArgumentParser) -> None:
    """Declare a flag for every setting that a call may choose."""
    bounds = Budget()
    budget = parser.add_argument_group("budget: what the search may spend, whichever is used up first")
    budget.add_argument(
        "--seconds", type=_seconds, metavar="S", help=f"wall-clock seconds (default: {bounds.seconds:g})"
    )
    budget.add_argument(
        "--evaluations",
        type=counted,
        metavar="N",
        help=f"candidates put to the tests (default: {bounds.evaluations})",
    )
    budget.add_argument("--calls", type=counted, metavar="N", help="calls of a language model")
    budget.add_argument("--tokens", type=counted, metavar="N", help="tokens of a language model")
    search = parser.add_argument_group("search")
    for name in ("algorithm", "rules", "reviser"):
        search.add_argument(f"--{name}", choices=typing.get_args(typing.get_type_hints(SearchSettings)[name]))
    search.add_argument("--seed", type=counted, metavar="N", help="the same seed, the same answer")
    search.add_argument("--model", metavar="M", help="the language model to ask (default: the server's first)")
    search.add_argument("--base-url", metavar="U", help="its server, OpenAI-compatible (default: port 8000 here)")
    tests = parser.add_argument_group("tests")
    tests.add_argument(
        "--tests",
        nargs="+",
        action="extend",
        metavar="NODEID",
        help="pytest node ids or paths to satisfy (default: the tests that reach the function)",
    )
    tests.add_argument(
        "--sandbox",
        choices=typing.get_args(typing.get_type_hints(EvaluationSettings)["sandbox"]),
        help="auto: the best walls there are; full: nothing is run with less; none: no walls",
    )
    tests.add_argument("--interpreter", metavar="PATH", help="the project's Python (default: its own environment)")


def chosen_settings(
    options: argparse.Namespace, root: Path, here: Path, replayed: Mapping[str, Any] = MappingProxyType({})
) -> Settings:
    """The settings of a call from the folder `here`.

    Flags lie over those of a trace, these over the pyproject.toml in `root`, and this over the user's own file.

    Prints a line to stderr for each setting that cannot be used.
    """
    user, unreadable = user_layer()
    project, also_unreadable = pyproject_layer(root)
    flags = Layer("command line", _values(options, root, here))
    settings, complaints = layered([user, project, Layer("trace", replayed), flags])
    for complaint in (*unreadable, *also_unreadable, *complaints):
        print(f"reloc-lsp: warning: {complaint}", file=sys.stderr)
    return settings


def _values(options: argparse.Namespace, root: Path, here: Path) -> dict[str, Any]:
    names = {
        "budget": ("seconds", "evaluations", "calls", "tokens"),
        "search": ("algorithm", "rules", "reviser", "seed"),
        "evaluation": ("tests", "interpreter", "sandbox"),
    }
    values = {table: {name: getattr(options, name) for name in group} for table, group in names.items()}
    values["model"] = {"name": options.model, "base_url": options.base_url}
    values["evaluation"]["tests"] = _from_root(options.tests, root, here)
    values["evaluation"]["interpreter"] = program_path(options.interpreter, here)
    return values


def _from_root(tests: Sequence[str] | None, root: Path, here: Path) -> list[str] | None:
    """Node ids as pytest writes them from the workspace's root; those of no file in it stay as they are."""
    if tests is None:
        return None
    moved = []
    for test in tests:
        name, separator, inner = test.partition("::")
        path = Path(os.path.abspath(here / name))
        inside = path.is_relative_to(root) and os.path.exists(path)
        moved.append((path.relative_to(root).as_posix() if inside else name) + separator + inner)
    return moved


def program_path(name: str | None, here: Path) -> str | None:
    """An interpreter's absolute path; a bare name stays one, to be found on the PATH."""
    if name is None or os.path.basename(name) == name:
        return name
    return os.path.abspath(here / os.path.expanduser(name))


def _seconds(text: str) -> float:
    number = _number(float, text, "a number of at least 0")
    return float(number)


def counted(text: str) -> int:
    """The whole number that a flag was given; raises `argparse.ArgumentTypeError` for what is none or below 0."""
    return int(_number(int, text, "a whole number of at least 0"))


def _number(kind: type[float] | type[int], text: str, allowed: str) -> float:
    try:
        number = kind(text)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number >= 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not {allowed}")
    return number
