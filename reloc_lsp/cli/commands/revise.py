"""`reloc-lsp revise`: revises a function, shows the revision, and writes it if the user wants that."""

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
from reloc_lsp.cli.local_server import with_local_server
from reloc_lsp.cli.options import add_log_level_flag, add_settings_flags
from reloc_lsp.cli.printing import print_line
from reloc_lsp.cli.result_report import headline, print_error, print_json, print_patch, print_report
from reloc_lsp.cli.target_parsing import current_folder, parse_target, workspace_root
from reloc_lsp.program.shown_text.visible_text import VisibleFormatter, visible_line
from reloc_lsp.revision import Proposal, Recording, Revision, Snapshot
from reloc_lsp.revision.trace.trace_file import TraceError, read_trace, replayable_settings
from reloc_lsp.search.objective import FIX, Objective

OBJECTIVES = ("fix", "simplify", "speed-up")
TARGET = (
    "the function to revise: FILE, FILE::QUALNAME or FILE:LINE, or a test (also by its node id): then the function "
    "that the test is about (default: run the tests and take the most suspicious function)"
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
    """Revise as the flags say and return the exit status."""
    here = current_folder()
    recording = Recording(*(path and here / path.expanduser() for path in (options.trace, options.replay)))
    return revise(options, partial(Revision, recording=recording))


def revise(options: argparse.Namespace, start: StartRevision) -> int:
    """Do so with the revision that `start` makes."""
    if options.diff and options.json:
        raise CallError("--diff and --json exclude each other: the JSON object holds the diff already.")
    here = current_folder()
    replayed = trace_header(here / options.replay.expanduser()) if options.replay else {}
    target = parse_target(options.target, here)
    root = workspace_root(target.file, here)
    if replayed and options.target is None:
        target = parse_target(f"{replayed['file']}::{replayed['qualname']}", root)
    target = dataclasses.replace(target, objective=chosen_objective(options, replayed))
    settings = chosen_settings(options, root, here, replayable_settings(replayed.get("settings") or {}))
    if options.apply and target.file:
        check_writable(target.file, target.file.name)
    _set_up_logging(options.log_level)
    if not options.replay:
        settings = with_local_server(settings, quiet=options.json)
    display = display_on(sys.stderr, settings.budget.seconds, quiet=options.json)
    result = follow(start(Snapshot(root), target, settings), display)
    has_revision = result.signal is None and result.proposal.status in ("fixed", "improved")
    to_write = has_revision and options.apply
    if to_write:
        result = _written_or_error(result, root)
    _show(result.proposal, options)
    if has_revision and _can_ask_user(options) and _user_confirms(result.proposal.file):
        write(result.proposal, root)
        to_write = True
    if to_write and result.proposal.status != "error":
        print_line(f"Written to {result.proposal.file}.", sys.stderr)
    return result.exit_status


def _set_up_logging(level: str) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(VisibleFormatter("reloc-lsp: %(levelname)s: %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler])


def chosen_objective(options: argparse.Namespace, replayed: Mapping[str, Any]) -> Objective:
    """The objective of the flags, else that of the trace that is replayed; raises `CallError`."""
    if options.instruction is not None:
        if not options.instruction.strip():
            raise CallError("--instruction is empty: describe what is to be changed.")
        return Objective("instruct", options.instruction.strip())
    if options.objective is not None:
        return Objective(options.objective)
    recorded = replayed.get("objective")
    return Objective(**recorded) if isinstance(recorded, dict) and set(recorded) == {"kind", "instruction"} else FIX


def trace_header(trace: Path) -> Mapping[str, Any]:
    """The first line of a trace, which describes its search; raises `CallError`."""
    try:
        return read_trace(trace)[0]
    except TraceError as error:
        raise CallError(str(error)) from error


def write(proposal: Proposal, root: Path) -> None:
    """Write `proposal` into its file in the workspace `root`; raises `CallError`."""
    write_revision(root / proposal.file, proposal.file, proposal.original, proposal.source)


def _written_or_error(result: FollowResult, root: Path) -> FollowResult:
    """Write the proposal of `result`; if that fails, the result is an error that still holds the proposal."""
    try:
        write(result.proposal, root)
    except CallError as error:
        failed = dataclasses.replace(result.proposal, status="error", reason="wrong-call", message=str(error))
        return dataclasses.replace(result, proposal=failed)
    return result


def _show(proposal: Proposal, options: argparse.Namespace) -> None:
    if options.json:
        print_json(proposal)
        return
    if options.diff and proposal.diff:
        print_patch(proposal)
    if options.diff and proposal.status != "error":
        for line in (headline(proposal), *proposal.cautions):
            print_line(visible_line(line), sys.stderr)
    elif proposal.diff or proposal.status != "error":
        print_report(proposal, sys.stdout)
    if proposal.status == "error":
        print_error(proposal.message, as_json=False)


def _can_ask_user(options: argparse.Namespace) -> bool:
    decided = options.apply or options.diff or options.json
    return not decided and sys.stdin.isatty() and sys.stdout.isatty()


def _user_confirms(file: str) -> bool:
    try:
        answer = input(f"Apply this revision to {visible_line(file)}? [y/N] ")
    except EOFError:
        print()
        return False
    return answer.strip().lower() in ("y", "yes")
