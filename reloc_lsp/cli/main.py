"""`reloc-lsp`: finds the command that was called and returns its exit status."""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys
import warnings
from collections.abc import Mapping, Sequence
from typing import NoReturn, Protocol, cast

from reloc_lsp import __version__
from reloc_lsp.cli.errors import CallError

COMMANDS: Mapping[str, str] = {
    "revise": "revise a function until the workspace's own tests pass",
    "demo": "write a small workspace with a bug and repair it before your eyes",
    "doctor": "say what was found: interpreter, pytest, sandbox and GPU",
    "model": "serve a language model on this machine with vLLM, for all your terminals and editors",
    "reward": "train and ask a model that tells which of two wrong versions is nearer to a right one",
    "trace": "make a page to look at of what a search did",
    "server": "run the language server (what an editor starts)",
}
"""Each command is the module of its name in this package; the text is its line in the help."""

OVERVIEW = """\
Revises a Python function by local search until the workspace's own tests pass.

Called by an editor, on a pipe, reloc-lsp without a command
is the language server over stdio."""


class Command(Protocol):
    """What a command's module offers."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's flags."""

    def run(self, options: argparse.Namespace) -> int:
        """Do the work and return the exit status; raises `CallError` for a wrong call."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (the process's own by default) and return its exit status."""
    arguments = _spelled_out(list(sys.argv[1:] if argv is None else argv))
    _parse_without_a_word()
    try:
        options = _parser(arguments).parse_args(arguments)
        if options.command != "server":
            _print_whatever_the_encoding()
        return _command(options.command).run(options)
    except CallError as error:
        return _refuse(str(error), "--json" in arguments)
    except KeyboardInterrupt:
        return _interrupted("--json" in arguments)
    except BrokenPipeError:
        # Who reads our output has gone: the interpreter's own flush at exit must not complain about it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are ours to print, as a sentence or as a JSON object."""

    def error(self, message: str) -> NoReturn:
        raise CallError(f"{message}. `{self.prog} --help` lists what is allowed.")


def _spelled_out(arguments: list[str]) -> list[str]:
    """The call with its command: an editor may call with nothing, or with the server's flags alone."""
    if not arguments:
        return ["--help"] if sys.stdin is not None and sys.stdin.isatty() else ["server"]
    if "--stdio" in arguments and arguments[0].startswith("-"):
        return ["server", *arguments]
    return arguments


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """The parser for one call: only the modules of the commands it may name are loaded."""
    parser = _Parser(
        prog="reloc-lsp",
        description=OVERVIEW,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"reloc-lsp {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=f"{summary.capitalize()}.", allow_abbrev=False)
        if name in arguments:
            _command(name).add_arguments(command)
    return parser


def _command(name: str) -> Command:
    return cast(Command, importlib.import_module(f"reloc_lsp.cli.{name}"))


def _refuse(message: str, as_json: bool) -> int:
    from reloc_lsp.cli.result_report import print_error

    print_error(message, as_json)
    return 2


def _interrupted(as_json: bool) -> int:
    from reloc_lsp.cli.result_report import print_json
    from reloc_lsp.revision import Proposal

    if as_json:
        print_json(Proposal("cancelled", "Interrupted before the search began, nothing was changed.", 130))
    else:
        print(file=sys.stderr)
    return 130


def _parse_without_a_word() -> None:
    """What Python finds doubtful in the user's files is for the user to see who runs them, not for one who revises."""
    warnings.filterwarnings("ignore", category=SyntaxWarning)
    warnings.filterwarnings("ignore", "invalid .*escape sequence", DeprecationWarning)  # so called before Python 3.12


def _print_whatever_the_encoding() -> None:
    """Characters that the terminal's encoding lacks are printed as escapes instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
