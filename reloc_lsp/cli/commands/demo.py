"""`reloc-lsp demo`: writes a small workspace with a bug, and repairs it."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

from reloc_lsp.cli.commands.revise import write
from reloc_lsp.cli.display import display_on
from reloc_lsp.cli.errors import CallError
from reloc_lsp.cli.follow_revision import StartRevision, follow
from reloc_lsp.cli.printing import print_line
from reloc_lsp.cli.result_report import print_error, print_report
from reloc_lsp.revision import Revision, Snapshot, Target
from reloc_lsp.settings import EvaluationSettings, Settings

FUNCTION = "merged"
FILE = "slots.py"

NEXT = """
What next:
  cd {folder}
  Break another line of {file}, and let reloc-lsp find out which one:
      reloc-lsp revise
  Name the function yourself, and be asked before anything is written:
      reloc-lsp revise {file}::{function}
  See whether your own project is ready for it:
      reloc-lsp doctor
  In an editor, start `reloc-lsp` as a language server for Python files,
  put the cursor into a function and choose the code action `Revise with ReLoc`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of `demo`."""
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=Path("reloc-demo"),
        metavar="DIR",
        help="the folder to write into; it must be empty or not exist (default: %(default)s)",
    )


def run(options: argparse.Namespace) -> int:
    """Write the workspace, revise its function and write the revision; the exit status is 0 if it is repaired."""
    return demo(options.folder, Revision)


def demo(folder: Path, start: StartRevision) -> int:
    """Do so in `folder`, with the revision that `start` makes."""
    names = _write_workspace(folder)
    root = folder.absolute()
    print_line(f"{folder} now holds a small workspace: {', '.join(names)}.\nOne of its tests fails:\n")
    _run_tests(root)
    print(f"\n$ reloc-lsp revise {FILE}::{FUNCTION} --apply", flush=True)
    # The interpreter that runs this has pytest for certain; the active one may not.
    settings = Settings(evaluation=EvaluationSettings(interpreter=sys.executable))
    revision = start(Snapshot(root), Target(root / FILE, FUNCTION), settings)
    result = follow(revision, display_on(sys.stderr, settings.budget.seconds, quiet=True))
    if result.proposal.status == "error":
        print_error(result.proposal.message, as_json=False)
        return result.exit_status
    print_report(result.proposal, sys.stdout)
    if result.signal is not None or result.proposal.status != "fixed":
        return result.exit_status or 1
    write(result.proposal, root)
    print(f"Written to {FILE}.\n", flush=True)
    _run_tests(root)
    print_line(NEXT.format(folder=folder, file=FILE, function=FUNCTION))
    return 0


def _write_workspace(folder: Path) -> list[str]:
    """Write the files of the demo into `folder` and return their names; it must be empty or not exist."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise CallError(f"{folder} is not empty, nothing was written: name another folder for the demo.")
        names = []
        for source in files(__package__).joinpath("demo_workspace").iterdir():
            # They are stored with the suffix .txt, so that no checker or test run takes them for code of this package.
            name = source.name.removesuffix(".txt")
            (folder / name).write_bytes(source.read_bytes())
            names.append(name)
    except OSError as error:
        why = error.strerror or error
        raise CallError(f"The demo cannot be written to {folder}: {why}. Name another folder.") from error
    return sorted(names)


def _run_tests(root: Path) -> None:
    print("$ pytest -q --tb=no", flush=True)
    call = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-p", "no:cacheprovider"]
    # Plugins that happen to be installed would only add output that is not about the demo.
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    subprocess.run(call, cwd=root, env=environment, check=False)
