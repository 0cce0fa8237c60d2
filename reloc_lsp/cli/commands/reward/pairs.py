"""`reloc-lsp reward pairs`: preferences from three kinds of sources, as one Parquet file."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from reloc_lsp.cli.commands.reward.progress_line import Report, progress_line
from reloc_lsp.cli.commands.reward.source_flags import add_sources
from reloc_lsp.cli.errors import CallError
from reloc_lsp.cli.flag_types import whole_number
from reloc_lsp.cli.printing import warn
from reloc_lsp.cli.target_parsing import current_folder
from reloc_lsp.reward.errors import require_packages
from reloc_lsp.reward.training.dataset import write
from reloc_lsp.reward.training.dataset_builder import CollectionOptions, collect_preferences
from reloc_lsp.reward.training.preference import Preference
from reloc_lsp.reward.training.sources.function_versions import Source


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of `pairs`."""
    how = CollectionOptions()
    sources = add_sources(parser, "functions before and after a fix")
    sources.add_argument(
        "--workspaces", nargs="+", action="extend", type=Path, default=[], metavar="DIR",
        help="projects whose tests pass: rewrites of their functions, evaluated by these tests",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the Parquet file to write")
    parser.add_argument("--seed", type=whole_number, default=how.seed, metavar="N", help="the same seed, the same file")
    parser.add_argument(
        "--balanced",
        action="store_true",
        help="only pairs of almost equal length; the better version is as often longer as shorter",
    )
    parser.add_argument(
        "--most", type=whole_number, default=how.most_of_a_function, metavar="N",
        help="the largest number of preferences from one function (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--functions", type=whole_number, default=50, metavar="N",
        help="the largest number of functions from one workspace (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--test-share", type=_share, default=how.test_share, metavar="S",
        help="the share held out for tests, in whole repositories (default: %(default)s)",
    )  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Collect the preferences, write them, and print what was found."""
    require_packages({"pyarrow": "Parquet files", "sklearn": "the n-gram baseline"})
    here = current_folder()
    how = CollectionOptions(options.seed, options.most, options.test_share, options.balanced)
    out: Path = here / options.out.expanduser()
    if not (options.history or options.traces or options.workspaces):
        raise CallError("No source is named: give --history, --traces or --workspaces.")
    skipped: list[str] = []
    with progress_line("collecting") as report:
        sources = _sources(options, here, report, skipped)
        found = collect_preferences(sources, how, lambda count: report(f"{count:,} preferences so far"))
    if skipped:
        warn(f"{len(skipped)} functions were skipped. The first: {skipped[0]}")
    if not found:
        warn("No preference was found in these sources, and nothing was written.")
        return 1
    write(out, found, how)
    _print_summary(out, found)
    return 0


def _print_summary(out: Path, found: Sequence[Preference]) -> None:
    splits = Counter(preference.split for preference in found)
    sources = Counter(preference.source for preference in found)
    print(f"{out}: {len(found):,} preferences, {splits['train']:,} to train on and {splits['test']:,} held out.")
    print("From: " + ", ".join(f"{kind} {number:,}" for kind, number in sorted(sources.items())))
    solved = sum(preference.ngrams_solve for preference in found)
    print(f"An n-gram classifier that was fitted to the others solves {solved / len(found):.0%} of them.")


def _sources(options: argparse.Namespace, here: Path, report: Report, skipped: list[str]) -> Iterator[Source]:
    """The sources of each kind in turn, in the order of their names."""
    from reloc_lsp.revision.trace.trace_file import TraceError, read_trace
    from reloc_lsp.reward.training.sources.history import HistorySource
    from reloc_lsp.reward.training.sources.trace_reader import TraceSource

    for path in sorted_paths(options.history, here):
        report(f"reading the history of {path}")
        yield HistorySource(path, repository_name(path))
    for path in sorted_paths(options.traces, here):
        try:
            yield TraceSource(read_trace(path), path.parent.name, path.name)
        except TraceError as error:
            raise CallError(str(error)) from error
    if options.workspaces:
        yield from _workspaces(options, here, report, skipped)


def _workspaces(options: argparse.Namespace, here: Path, report: Report, skipped: list[str]) -> Iterator[Source]:
    from reloc_lsp.revision.reward_data.mutation_chain_source import ChainSource
    from reloc_lsp.settings import layered, user_layer

    settings, _ = layered([user_layer()[0]])
    for path in sorted_paths(options.workspaces, here):
        if not path.is_dir():
            raise CallError(f"There is no folder {path}. Name a project with tests.")
        yield ChainSource(
            path,
            settings.evaluation,
            options.functions,
            seed=options.seed,
            on_progress=report,
            on_skipped=skipped.append,
        )


def sorted_paths(paths: list[Path], here: Path) -> list[Path]:
    """The absolute paths, sorted and without duplicates."""
    return sorted({(here / path.expanduser()).resolve() for path in paths})


def repository_name(repository: Path) -> str:
    """The name of a repository in the data."""
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
