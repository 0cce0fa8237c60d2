"""`reloc-lsp reward pairs`: preferences from three sources, as one Parquet file."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from reloc_lsp.cli.errors import CallError
from reloc_lsp.cli.flag_types import whole_number
from reloc_lsp.cli.reward.progress_line import Tell, telling, warn
from reloc_lsp.cli.target_parsing import current_folder
from reloc_lsp.reward.errors import need
from reloc_lsp.reward.training.dataset import write
from reloc_lsp.reward.training.dataset_builder import Collecting, collected
from reloc_lsp.reward.training.preference import Preference
from reloc_lsp.reward.training.versions import Source


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of `pairs`."""
    how = Collecting()
    sources = parser.add_argument_group("sources, any number of each")
    sources.add_argument(
        "--history", nargs="+", action="extend", type=Path, default=[], metavar="REPO",
        help="git repositories, bare or not: functions before and after a fix",
    )  # fmt: skip
    sources.add_argument(
        "--traces", nargs="+", action="extend", type=Path, default=[], metavar="FILE",
        help="what revise --trace wrote; the traces of one folder count as one repository",
    )  # fmt: skip
    sources.add_argument(
        "--workspaces", nargs="+", action="extend", type=Path, default=[], metavar="DIR",
        help="projects whose tests pass: rewrites of their functions, judged by these tests",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the Parquet file to write")
    parser.add_argument("--seed", type=whole_number, default=how.seed, metavar="N", help="the same seed, the same file")
    parser.add_argument(
        "--balanced",
        action="store_true",
        help="only pairs of almost equal length, the better as often longer as shorter",
    )
    parser.add_argument(
        "--most", type=whole_number, default=how.most_of_a_function, metavar="N",
        help="preferences of one function at the most (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--functions", type=whole_number, default=50, metavar="N",
        help="functions of a workspace at the most (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--test-share", type=_share, default=how.test_share, metavar="S",
        help="share held out, in whole repositories (default: %(default)s)",
    )  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Collect, write, and say what was found."""
    need({"pyarrow": "Parquet files"})
    here = current_folder()
    how = Collecting(options.seed, options.most, options.test_share, options.balanced)
    out: Path = here / options.out.expanduser()
    if not (options.history or options.traces or options.workspaces):
        raise CallError("No source is named: give --history, --traces or --workspaces.")
    left_out: list[str] = []
    with telling("collecting") as tell:
        sources = _sources(options, here, tell, left_out)
        found = collected(sources, how, lambda count: tell(f"{count:,} preferences so far"))
    if left_out:
        warn(f"{len(left_out)} functions are left out, the first of them {left_out[0]}")
    if not found:
        warn("No preference was found in these sources, and nothing was written.")
        return 1
    write(out, found, how)
    _say(out, found)
    return 0


def _say(out: Path, found: Sequence[Preference]) -> None:
    splits = Counter(preference.split for preference in found)
    sources = Counter(preference.source for preference in found)
    print(f"{out}: {len(found):,} preferences, {splits['train']:,} to train on and {splits['test']:,} held out.")
    print("From: " + ", ".join(f"{kind} {number:,}" for kind, number in sorted(sources.items())))
    solved = sum(preference.ngrams_solve for preference in found)
    print(f"An n-gram scorer that learned from the others solves {solved / len(found):.0%} of them.")


def _sources(options: argparse.Namespace, here: Path, tell: Tell, left_out: list[str]) -> Iterator[Source]:
    """Each source in turn, in the order of their names."""
    from reloc_lsp.revision.trace_file import TraceError, read_trace
    from reloc_lsp.reward.training.history import HistorySource
    from reloc_lsp.reward.training.trace_reader import TraceSource

    for path in sorted_paths(options.history, here):
        tell(f"reading the history of {path}")
        yield HistorySource(path, name_of(path))
    for path in sorted_paths(options.traces, here):
        try:
            yield TraceSource(read_trace(path), path.parent.name, path.name)
        except TraceError as error:
            raise CallError(str(error)) from error
    if options.workspaces:
        yield from _workspaces(options, here, tell, left_out)


def _workspaces(options: argparse.Namespace, here: Path, tell: Tell, left_out: list[str]) -> Iterator[Source]:
    from reloc_lsp.revision.reward_data.mutation_chains import ChainSource
    from reloc_lsp.settings import layered, user_layer

    settings, _ = layered([user_layer()[0]])
    for path in sorted_paths(options.workspaces, here):
        if not path.is_dir():
            raise CallError(f"There is no folder {path}. Name a project with tests.")
        yield ChainSource(
            path, settings.evaluation, options.functions, seed=options.seed, told=tell, left_out=left_out.append
        )


def sorted_paths(paths: list[Path], here: Path) -> list[Path]:
    """Each path once, in an order of their own."""
    return sorted({(here / path.expanduser()).resolve() for path in paths})


def name_of(repository: Path) -> str:
    """What a repository is called in the data."""
    folder = repository.parent if repository.name == ".git" else repository
    return folder.name.removesuffix(".git")


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a share from 0 to below 1")
    return share
