"""`reloc-lsp reward lists`: rewrites of wrong functions, of which it is known which are right, as one file."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from reloc_lsp.cli.errors import CallError
from reloc_lsp.cli.reward.pairs import name_of, sorted_paths
from reloc_lsp.cli.reward.progress_line import Tell, telling, warn
from reloc_lsp.cli.target_parsing import current_folder
from reloc_lsp.reward.training.ranking_lists import RankingList, of_trace, write


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of `lists`."""
    sources = parser.add_argument_group("sources, any number of each")
    sources.add_argument(
        "--history", nargs="+", action="extend", type=Path, default=[], metavar="REPO",
        help="git repositories, bare or not: fixes that are one rewrite of a function",
    )  # fmt: skip
    sources.add_argument(
        "--traces", nargs="+", action="extend", type=Path, default=[], metavar="FILE",
        help="what revise --trace wrote; the traces of one folder count as one repository",
    )  # fmt: skip
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="the file to write, a JSON object a line"
    )


def run(options: argparse.Namespace) -> int:
    """Collect, write, and say what was found."""
    here = current_folder()
    out: Path = here / options.out.expanduser()
    if not (options.history or options.traces):
        raise CallError("No source is named: give --history or --traces.")
    counts: Counter[str] = Counter()
    with telling("collecting") as tell:
        count = write(out, _counted(_lists(options, here, tell), counts, tell))
    if not count:
        warn(f"No list was found in these sources: {out} is empty.")
        return 1
    print(
        f"{out}: {count:,} lists. From: " + ", ".join(f"{kind} {number:,}" for kind, number in sorted(counts.items()))
    )
    return 0


def _lists(options: argparse.Namespace, here: Path, tell: Tell) -> Iterator[RankingList]:
    """Those of each source in turn, in the order of their names."""
    from reloc_lsp.revision.reward_data.fix_lists import FixLists
    from reloc_lsp.revision.trace_file import TraceError, read_trace

    for path in sorted_paths(options.history, here):
        tell(f"reading the history of {path}")
        yield from FixLists(path, name_of(path)).lists()
    for path in sorted_paths(options.traces, here):
        try:
            yield from of_trace(read_trace(path), path.parent.name, path.name)
        except TraceError as error:
            raise CallError(str(error)) from error


def _counted(lists: Iterator[RankingList], counts: Counter[str], tell: Tell) -> Iterator[RankingList]:
    for one in lists:
        counts[one.source] += 1
        tell(f"{counts.total():,} lists so far")
        yield one
