"""`reloc-lsp doctor`: reports what a revision would find here, and what is missing."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from reloc_lsp import __version__
from reloc_lsp.cli.chosen_settings import program_path
from reloc_lsp.cli.printing import print_line
from reloc_lsp.cli.target_parsing import current_folder, workspace_root
from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.interpreter import find_interpreter
from reloc_lsp.evaluation.interpreter.tested_range import outside_tested_range
from reloc_lsp.evaluation.sandbox import find_sandbox
from reloc_lsp.inference.api_keys import KEY_VARIABLE
from reloc_lsp.inference.local_machine.consent import answer_about
from reloc_lsp.inference.local_machine.gguf_files import gguf_files
from reloc_lsp.inference.local_machine.server_discovery import FoundServer, find_servers
from reloc_lsp.inference.managed.engine_selection import installed_engines
from reloc_lsp.inference.managed.state_file import ServerState, running_servers
from reloc_lsp.inference.model_factory import connect
from reloc_lsp.inference.model_list import Check
from reloc_lsp.inference.openai_client import missing_package
from reloc_lsp.program.shown_text.visible_text import visible_line
from reloc_lsp.search.interfaces.language_model import ModelError
from reloc_lsp.settings import layered, pyproject_layer, user_layer

MAX_FILES = 5
"""GGUF files that the report names; chosen by hand."""


@dataclass(frozen=True)
class Finding:
    """One line of the report; `mark` is `ok`, `!` if the user should act, or `-` if it does not matter."""

    subject: str
    mark: str
    text: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of `doctor`."""
    parser.add_argument(
        "--interpreter",
        metavar="PATH",
        help="the Python that runs the tests (default: as for revise)",
    )
    parser.add_argument(
        "--model", metavar="NAME", help="name of the language model to look for (default: any model of the server)"
    )
    parser.add_argument(
        "--base-url",
        metavar="URL",
        help="address of the model server to check (default: with --model, port 8000 of this machine)",
    )


def run(options: argparse.Namespace) -> int:
    """Print what was found; the exit status is 0 if the workspace's tests can run, 3 if not."""
    here = current_folder()
    root = workspace_root(None, here)
    project = _project(root, program_path(options.interpreter, here))
    findings = [
        Finding("reloc-lsp", "ok", f"{__version__} on Python {platform.python_version()}, {sys.executable}"),
        Finding("workspace", "ok", str(root)),
        *_settings(root),
        *project,
        _fork(),
        _sandbox(),
        _gpu(),
        _engine(),
        *_model(options.base_url, options.model),
        _key(),
    ]
    _print(findings)
    return 3 if any(finding.mark == "!" for finding in project) else 0


def _project(root: Path, interpreter: str | None) -> list[Finding]:
    try:
        found = find_interpreter(root, interpreter)
    except EvaluationError as error:
        return [Finding("interpreter", "!", str(error))]
    version = ".".join(map(str, found.version))
    return [
        Finding("interpreter", "ok", f"{found.source.rstrip(':')} {found.executable}, Python {version}"),
        Finding("pytest", "ok" if found.pytest else "!", found.pytest or "not installed there"),
        *(Finding("tested versions", "-", sentence) for sentence in outside_tested_range(found)),
    ]


def _settings(root: Path) -> list[Finding]:
    user, unreadable = user_layer()
    project, also_unreadable = pyproject_layer(root)
    problems = unreadable + also_unreadable + layered([user, project])[1]
    return [Finding("settings", "!", problem) for problem in problems]


def _fork() -> Finding:
    if hasattr(os, "fork"):
        return Finding("fork", "ok", "yes: candidates run in forks of a process that has imported the tests")
    return Finding("fork", "-", "no: each candidate starts a fresh pytest, which is slower")


def _sandbox() -> Finding:
    found = find_sandbox()
    text = {
        "full": "full: bubblewrap around the tests, Landlock and seccomp around each candidate",
        "partial": "partial: bubblewrap alone" if found.container else "partial: Landlock and seccomp alone",
        "none": "none: candidates run as you, on a scratch copy",
    }[found.level]
    if found.missing:
        text += f" ({'; '.join(found.missing)})"
    return Finding("sandbox", "ok" if found.level == "full" else "!", text)


def _gpu() -> Finding:
    program = shutil.which("nvidia-smi")
    if program is None:
        return Finding("GPU", "-", "none found; not needed")
    question = [program, "--query-gpu=name", "--format=csv,noheader"]
    try:
        done = subprocess.run(question, capture_output=True, text=True, timeout=10, check=True)
        names = ", ".join(done.stdout.split("\n")).strip(", ")
    except (OSError, subprocess.SubprocessError):
        names = "nvidia-smi does not answer"
    return Finding("GPU", "-", f"{names}; not needed")


def _model(base_url: str | None, name: str | None) -> list[Finding]:
    """The model server that is named, else the servers that run on this machine."""
    if base_url is None and name is None:
        served = [
            Finding("model server", "ok", f"{s.state.served_name}, {_server_text(s.state)}") for s in running_servers()
        ]
        served += [_found(server) for server in asyncio.run(find_servers())]
        return served or [Finding("model server", "-", "none runs, none named (--base-url); rewrites need none")]
    try:
        check = asyncio.run(_check_server(base_url, name))
    except ModelError as error:
        return [Finding("model server", "!", str(error))]
    return [Finding("model server", "ok" if check.usable else "!", check.sentence)]


def _server_text(state: ServerState) -> str:
    where = "on this machine's processors" if state.shares_processors else "on a GPU"
    return f"{state.engine} {where}, {f'ready at {state.url}' if state.phase == 'ready' else 'still starting'}"


def _found(server: FoundServer) -> Finding:
    """A server that reloc-lsp did not start, and whether searches use it."""
    where = f"{server.program} at {server.url}"
    if server.wants_key:
        return Finding("model server", "-", f"{where} wants a key: set {KEY_VARIABLE} and name it with --base-url")
    if server.model is None:
        return Finding("model server", "-", f"{where} has no model that writes code")
    if missing_package() is not None:
        return Finding("model server", "-", f"{where}: to ask it, pip install 'reloc-lsp[model]'")
    agreed = answer_about(server)
    if agreed:
        text = "used, as you agreed (reloc-lsp model forget takes it back)"
    elif agreed is None:
        text = f"not used yet: revise asks you once, or name it with --base-url {server.url}"
    else:
        text = "not used, as you said (reloc-lsp model forget takes it back)"
    return Finding("model server", "ok" if agreed else "-", f"{where}, {server.model}: {text}")


def _engine() -> Finding:
    """What `reloc-lsp model start` would serve a model with."""
    engines = installed_engines()
    if not engines:
        return Finding("engine", "-", "none installed to serve a model here: pip install 'reloc-lsp[local]'")
    files = sorted({file.name for file in gguf_files()})
    models = f"; GGUF files found: {', '.join(files[:MAX_FILES])}" if files else ""
    return Finding("engine", "ok", f"{', '.join(engines)}{models}")


async def _check_server(base_url: str | None, name: str | None) -> Check:
    endpoint = connect(base_url, name)
    try:
        return await endpoint.check()
    finally:
        await endpoint.close()


def _key() -> Finding:
    there = bool(os.environ.get(KEY_VARIABLE))
    return Finding("key", "ok" if there else "-", f"{KEY_VARIABLE} is {'set' if there else 'not set'}")


def _print(findings: list[Finding]) -> None:
    if not sys.stdout.isatty():
        for finding in findings:
            print_line(f"{finding.mark:>2} {finding.subject}: {visible_line(finding.text)}")
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    styles = {"ok": "green", "!": "bold red", "-": "dim"}
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    for finding in findings:
        mark = Text(finding.mark, style=styles[finding.mark], justify="right")
        table.add_row(mark, Text(finding.subject, style="bold"), Text(visible_line(finding.text)))
    Console(highlight=False).print(table)
