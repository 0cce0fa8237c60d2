"""`reloc-lsp`: reads the command line, runs the command that it names, and returns the exit status."""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys
import warnings
from collections.abc import Container, Mapping, Sequence
from typing import NoReturn, Protocol, cast

from reloc_lsp import __version__
from reloc_lsp.cli.errors import CallError

COMMANDS: Mapping[str, str] = {
    "revise": "revise a function until the workspace's own tests pass",
    "demo": "write a small workspace with a bug and repair it",
    "doctor": "report what was found: interpreter, pytest, sandbox, GPU and model server",
    "model": "serve a language model on this machine with vLLM, for all your terminals and editors",
    "reward": "train and use a model that predicts which of two wrong versions is closer to a correct one",
    "trace": "turn the trace of a search into a page for the browser",
    "server": "run the language server (an editor starts it)",
}
"""The commands, each with its line in the help. The module of this package with the same name implements it."""

OVERVIEW = """\
Revises a Python function by local search until the workspace's own tests pass.

When an editor starts reloc-lsp on a pipe without a command,
it is the language server over stdio."""


class Command(Protocol):
    """What the module of a command offers."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's flags."""

    def run(self, options: argparse.Namespace) -> int:
        """Run the command and return its exit status; raises `CallError` for a wrong call."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (by default the one of this process) and return its exit status."""
    arguments = _with_command(list(sys.argv[1:] if argv is None else argv))
    _ignore_syntax_warnings()
    try:
        # The modules of the other commands stay unloaded: an editor waits for the server to start.
        options = build_parser(declared=arguments).parse_args(arguments)
        if options.command != "server":
            _escape_unprintable_characters()
        return _module_of(options.command).run(options)
    except CallError as error:
        return _refuse(str(error), as_json="--json" in arguments)
    except KeyboardInterrupt:
        return _interrupted(as_json="--json" in arguments)
    except BrokenPipeError:
        # The reader of our output has left. Without this, Python's own flush at exit would report the closed pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def build_parser(declared: Container[str] = COMMANDS) -> argparse.ArgumentParser:
    """The parser of the whole command line; building it runs nothing.

    It knows the names of all commands, and the flags of those that are `declared` (by default all of them).
    """
    parser = _Parser(
        prog="reloc-lsp",
        description=OVERVIEW,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"reloc-lsp {__version__}", help="print the version")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, summary in COMMANDS.items():
        description = f"{summary[0].upper()}{summary[1:]}."
        command = commands.add_parser(name, help=summary, description=description, allow_abbrev=False)
        if name in declared:
            _module_of(name).add_arguments(command)
    return parser


class _Parser(argparse.ArgumentParser):
    """A parser that raises `CallError` for a wrong call, so that it can be reported as text or as JSON."""

    def error(self, message: str) -> NoReturn:
        raise CallError(f"{message}. `{self.prog} --help` lists what is allowed.")


def _with_command(arguments: list[str]) -> list[str]:
    """The arguments with a command in front: an editor may pass none at all, or only the flags of `server`."""
    if not arguments:
        return ["--help"] if sys.stdin is not None and sys.stdin.isatty() else ["server"]
    if "--stdio" in arguments and arguments[0].startswith("-"):
        return ["server", *arguments]
    return arguments


def _module_of(name: str) -> Command:
    return cast(Command, importlib.import_module(f"reloc_lsp.cli.commands.{name}"))


def _refuse(message: str, as_json: bool) -> int:
    from reloc_lsp.cli.result_report import print_error

    print_error(message, as_json)
    return 2


def _interrupted(as_json: bool) -> int:
    from reloc_lsp.cli.exit_status import INTERRUPTED
    from reloc_lsp.cli.result_report import print_json
    from reloc_lsp.revision import Proposal

    if as_json:
        print_json(Proposal("cancelled", "Interrupted before the search began, nothing was changed.", reason="stopped"))
    else:
        print(file=sys.stderr)
    return INTERRUPTED


def _ignore_syntax_warnings() -> None:
    """Hide Python's warnings about the user's source files: they concern whoever runs the files, not a revision."""
    warnings.filterwarnings("ignore", category=SyntaxWarning)
    # Python 3.11 reports an invalid escape sequence with this class; from 3.12 on it is a SyntaxWarning.
    warnings.filterwarnings("ignore", "invalid .*escape sequence", DeprecationWarning)


def _escape_unprintable_characters() -> None:
    """Print characters that the terminal's encoding lacks as escapes, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
