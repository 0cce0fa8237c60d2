"""`reloc-lsp revise`: a function is revised, its revision shown, and written where that was asked for."""

from __future__ import annotations

import argparse
import dataclasses
import logging
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from reloc_lsp.cli.atomic_write import check_writable, write_revision
from reloc_lsp.cli.chosen_settings import chosen_settings
from reloc_lsp.cli.display import display_on
from reloc_lsp.cli.errors import CallError
from reloc_lsp.cli.follow_revision import FollowResult, StartRevision, follow
from reloc_lsp.cli.options import add_log_level_flag, add_settings_flags
from reloc_lsp.cli.result_report import headline, print_error, print_json, print_patch, print_report
from reloc_lsp.cli.target_parsing import current_folder, parse_target, workspace_root
from reloc_lsp.revision import Proposal, Recording, Revision, Snapshot
from reloc_lsp.revision.trace_file import TraceError, read_trace, replayable_settings
from reloc_lsp.search.objective import FIX, Objective

OBJECTIVES = ("fix", "simplify", "speed-up")
TARGET = (
    "the function to revise: FILE, FILE::QUALNAME or FILE:LINE (default: run the tests and take the most suspicious "
    "function)"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of `revise`."""
    parser.add_argument("target", nargs="?", metavar="TARGET", help=TARGET)
    _add_goal_flags(parser)
    _add_output_flags(parser)
    add_log_level_flag(parser)
    add_settings_flags(parser)


def _add_goal_flags(parser: argparse.ArgumentParser) -> None:
    goal = parser.add_mutually_exclusive_group()
    goal.add_argument(
        "--objective",
        choices=OBJECTIVES,
        help="fix: make failing tests pass; simplify or speed-up: improve a function whose tests all pass "
        "(default: fix)",
    )
    goal.add_argument(
        "--instruction",
        metavar="TEXT",
        help="have a language model change the function as TEXT says, while all its tests still pass",
    )


def _add_output_flags(parser: argparse.ArgumentParser) -> None:
    written = parser.add_mutually_exclusive_group()
    written.add_argument(
        "--apply",
        action="store_true",
        help="write the revision into the file (default: ask on a terminal, otherwise write nothing)",
    )
    written.add_argument("--diff", action="store_true", help="print only the revision, as a patch")
    parser.add_argument("--json", action="store_true", help="print only the result, as one JSON object")
    parser.add_argument(
        "--trace",
        type=Path,
        metavar="FILE",
        help="record the search and every call to its model in FILE, as JSON lines (default: no record)",
    )
    parser.add_argument(
        "--replay",
        type=Path,
        metavar="FILE",
        help="repeat the search of a trace, with the recorded replies in place of the model",
    )


def run(options: argparse.Namespace) -> int:
    """Revise as the flags say and return the exit status of the contract."""
    here = current_folder()
    recording = Recording(*(path and here / path.expanduser() for path in (options.trace, options.replay)))
    return revise(options, partial(Revision, recording=recording))


def revise(options: argparse.Namespace, start: StartRevision) -> int:
    """`run` with the revision that `start` makes."""
    if options.diff and options.json:
        raise CallError("--diff and --json exclude each other: the JSON object holds the diff already.")
    here = current_folder()
    replayed = first_line(here / options.replay.expanduser()) if options.replay else {}
    target = parse_target(options.target, here)
    root = workspace_root(target.file, here)
    if replayed and options.target is None:
        target = parse_target(f"{replayed['file']}::{replayed['qualname']}", root)
    target = dataclasses.replace(target, objective=objective_of(options, replayed))
    settings = chosen_settings(options, root, here, replayable_settings(replayed.get("settings") or {}))
    if options.apply and target.file:
        check_writable(target.file, target.file.name)
    logging.basicConfig(level=options.log_level.upper(), format="reloc-lsp: %(levelname)s: %(message)s")
    display = display_on(sys.stderr, settings.budget.seconds, quiet=options.json)
    outcome = follow(start(Snapshot(root), target, settings), display)
    wanted = outcome.signal is None and outcome.proposal.status in ("fixed", "improved")
    to_write = wanted and options.apply
    if to_write:
        outcome = _written_or_error(outcome, root)
    _show(outcome.proposal, options)
    if wanted and _may_ask(options) and _consents(outcome.proposal.file):
        write(outcome.proposal, root)
        to_write = True
    if to_write and outcome.proposal.status != "error":
        print(f"Written to {outcome.proposal.file}.", file=sys.stderr)
    return outcome.exit_status


def objective_of(options: argparse.Namespace, replayed: Mapping[str, Any]) -> Objective:
    """What the call is for: as the flags say, else as a trace does; raises `CallError`."""
    if options.instruction is not None:
        if not options.instruction.strip():
            raise CallError("--instruction is empty: say in words what is to be done.")
        return Objective("instruct", options.instruction.strip())
    if options.objective is not None:
        return Objective(options.objective)
    said = replayed.get("objective")
    return Objective(**said) if isinstance(said, dict) and set(said) == {"kind", "instruction"} else FIX


def first_line(trace: Path) -> Mapping[str, Any]:
    """What a trace says of its search; raises `CallError`."""
    try:
        return read_trace(trace)[0]
    except TraceError as error:
        raise CallError(str(error)) from error


def write(proposal: Proposal, root: Path) -> None:
    """Write `proposal` into its file in the workspace `root`; raises `CallError`."""
    write_revision(root / proposal.file, proposal.file, proposal.original, proposal.source)


def _written_or_error(outcome: FollowResult, root: Path) -> FollowResult:
    """The outcome once its proposal is written; the proposal is kept where that failed."""
    try:
        write(outcome.proposal, root)
    except CallError as error:
        failed = dataclasses.replace(outcome.proposal, status="error", reason="wrong-call", message=str(error))
        return dataclasses.replace(outcome, proposal=failed)
    return outcome


def _show(proposal: Proposal, options: argparse.Namespace) -> None:
    if options.json:
        print_json(proposal)
        return
    if options.diff and proposal.diff:
        print_patch(proposal)
    if options.diff and proposal.status != "error":
        print(headline(proposal), file=sys.stderr)
    elif proposal.diff or proposal.status != "error":
        print_report(proposal, sys.stdout)
    if proposal.status == "error":
        print_error(proposal.message, as_json=False)


def _may_ask(options: argparse.Namespace) -> bool:
    decided = options.apply or options.diff or options.json
    return not decided and sys.stdin.isatty() and sys.stdout.isatty()


def _consents(file: str) -> bool:
    try:
        answer = input(f"Apply this revision to {file}? [y/N] ")
    except EOFError:
        print()
        return False
    return answer.strip().lower() in ("y", "yes")
