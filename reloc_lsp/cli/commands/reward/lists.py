"""`reloc-lsp reward lists`: ranking lists, as one file: rewrites of wrong functions, labelled as right or wrong."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from reloc_lsp.cli.commands.reward.pairs import repository_name, sorted_paths
from reloc_lsp.cli.commands.reward.progress_line import Report, progress_line
from reloc_lsp.cli.commands.reward.source_flags import add_sources
from reloc_lsp.cli.errors import CallError
from reloc_lsp.cli.printing import warn
from reloc_lsp.cli.target_parsing import current_folder
from reloc_lsp.reward.training.ranking_lists import RankingList, lists_of_trace, write


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of `lists`."""
    add_sources(parser, "fixes that are a single rewrite of a function")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="the file to write: one JSON object per line"
    )


def run(options: argparse.Namespace) -> int:
    """Collect the lists, write them, and print what was found."""
    here = current_folder()
    out: Path = here / options.out.expanduser()
    if not (options.history or options.traces):
        raise CallError("No source is named: give --history or --traces.")
    counts: Counter[str] = Counter()
    with progress_line("collecting") as report:
        count = write(out, _counted(_lists(options, here, report), counts, report))
    if not count:
        warn(f"No list was found in these sources: {out} is empty.")
        return 1
    print(
        f"{out}: {count:,} lists. From: " + ", ".join(f"{kind} {number:,}" for kind, number in sorted(counts.items()))
    )
    return 0


def _lists(options: argparse.Namespace, here: Path, report: Report) -> Iterator[RankingList]:
    """The lists of each source in turn, in the order of the sources' names."""
    from reloc_lsp.revision.reward_data.fix_lists import FixLists
    from reloc_lsp.revision.trace.trace_file import TraceError, read_trace

    for path in sorted_paths(options.history, here):
        report(f"reading the history of {path}")
        yield from FixLists(path, repository_name(path)).lists()
    for path in sorted_paths(options.traces, here):
        try:
            yield from lists_of_trace(read_trace(path), path.parent.name, path.name)
        except TraceError as error:
            raise CallError(str(error)) from error


def _counted(lists: Iterator[RankingList], counts: Counter[str], report: Report) -> Iterator[RankingList]:
    for one in lists:
        counts[one.source] += 1
        report(f"{counts.total():,} lists so far")
        yield one
