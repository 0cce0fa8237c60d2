"""The flags that name the sources of training data."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_sources(parser: argparse.ArgumentParser, history: str) -> argparse._ArgumentGroup:
    """Declare `--history` and `--traces`; `history` says what is taken from the repositories. Returns their group."""
    sources = parser.add_argument_group("sources (any number of each)")
    sources.add_argument(
        "--history", nargs="+", action="extend", type=Path, default=[], metavar="REPO",
        help=f"git repositories, bare or not: {history}",
    )  # fmt: skip
    sources.add_argument(
        "--traces", nargs="+", action="extend", type=Path, default=[], metavar="FILE",
        help="files that revise --trace wrote; the traces in one folder count as one repository",
    )  # fmt: skip
    return sources
