"""`reloc-lsp model`: serves a language model on this machine for all terminals and editors of the user."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import sys
import time
from typing import NoReturn

from reloc_lsp.cli.errors import CallError
from reloc_lsp.cli.flag_types import minutes
from reloc_lsp.cli.printing import print_line, warn
from reloc_lsp.inference.local_machine.consent import forget_answers
from reloc_lsp.inference.managed.engine_selection import launch_plan
from reloc_lsp.inference.managed.manager import start_server, stop_server, wait_until_ready
from reloc_lsp.inference.managed.state_file import (
    RunningServer,
    ServerState,
    StateFolder,
    all_state_folders,
    running_servers,
)
from reloc_lsp.program.shown_text.visible_text import visible_line
from reloc_lsp.search.interfaces.language_model import ModelError
from reloc_lsp.settings import LocalModelSettings, layered, user_layer

NONE_RUNS = "No model server of yours runs. Start one with reloc-lsp model start MODEL."
EXAMPLE = """\
Without a GPU llama.cpp serves a GGUF file, or a model that Ollama, LM Studio or the hub's cache has:
  reloc-lsp model start qwen2.5-coder-1.5b-instruct-q4_k_m.gguf
With a GPU of CUDA or ROCm vLLM serves a model of the Hugging Face hub, or a folder.
Everything after -- is passed on to the engine:
  reloc-lsp model start Qwen/Qwen2.5-Coder-7B-Instruct -- --max-model-len 16384 --tensor-parallel-size 2"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions of `model` and their flags."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=_PassThroughParser)
    start = actions.add_parser(
        "start",
        help="serve a model with llama.cpp or vLLM and wait until it is ready",
        usage="%(prog)s MODEL [--device GPUS] [--vllm PATH | --llama-server PATH] [--idle-minutes M] [-- FLAG ...]",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_start_flags(start)
    actions.add_parser("status", help="list the servers that run, and how the last ones ended", allow_abbrev=False)
    ending = actions.add_parser("stop", help="end a server", allow_abbrev=False)
    ending.add_argument(
        "model", nargs="?", metavar="MODEL", help="the model whose server ends (default: all your servers)"
    )
    actions.add_parser(
        "forget",
        help="forget which other model servers of this machine you have agreed to use, or refused",
        allow_abbrev=False,
    )


def _add_start_flags(start: argparse.ArgumentParser) -> None:
    start.add_argument(
        "model",
        metavar="MODEL",
        help="a GGUF file, a folder with a model, or the name of a model on this machine or on the Hugging Face hub",
    )
    start.add_argument(
        "--device",
        metavar="GPUS",
        help="GPUs to use, as in CUDA_VISIBLE_DEVICES: 0, or 0,1 (default: the engine chooses)",
    )
    program = start.add_mutually_exclusive_group()
    program.add_argument(
        "--vllm",
        metavar="PATH",
        help="serve with this vLLM program (default: the one beside the Python of reloc-lsp, else the one on the PATH)",
    )
    program.add_argument(
        "--llama-server",
        metavar="PATH",
        help="serve with this llama-server (default: the one on the PATH, else the Python package xllamacpp)",
    )
    start.add_argument(
        "--idle-minutes",
        type=minutes,
        metavar="M",
        help=f"end the server after M minutes without a request (default: {LocalModelSettings().idle_minutes:g})",
    )


class _PassThroughParser(argparse.ArgumentParser):
    """A parser that puts everything after `--` unread into `flags`."""

    def parse_known_args(self, args=None, namespace=None):  # type: ignore[no-untyped-def]
        arguments = list(args or ())
        end = arguments.index("--") if "--" in arguments else len(arguments)
        namespace, unknown = super().parse_known_args(arguments[:end], namespace)
        namespace.flags = tuple(arguments[end + 1 :])
        return namespace, unknown

    def error(self, message: str) -> NoReturn:
        raise CallError(f"{message}. `{self.prog} --help` lists what is allowed.")


def run(options: argparse.Namespace) -> int:
    """Run the action; the exit status is 0 if it was done, 1 if a server did not start or none runs."""
    try:
        actions = {"start": _start, "status": _status, "stop": _stop, "forget": _forget}
        return actions[options.action](options)
    except ModelError as error:
        warn(f"error: {error}")
        return 1


def _start(options: argparse.Namespace) -> int:
    user, problems = user_layer()
    settings, more = layered([user])
    for problem in (*problems, *more):
        warn(f"warning: {problem}")
    local = settings.model.local
    program_named = options.vllm or options.llama_server
    chosen = LocalModelSettings(
        start=local.start,
        vllm=options.vllm if program_named else local.vllm,
        llama_server=options.llama_server if program_named else local.llama_server,
        device=local.device if options.device is None else options.device,
        flags=options.flags or local.flags,
        idle_minutes=local.idle_minutes if options.idle_minutes is None else options.idle_minutes,
    )
    plan = launch_plan(options.model, dataclasses.replace(settings.model, local=chosen))
    folder = start_server(plan)
    print_line(f"Serving {plan.model} with {plan.engine}; its log is {folder.log}", sys.stderr)
    try:
        state = asyncio.run(_show_until_ready(folder))
    except KeyboardInterrupt:
        print("The server goes on starting: reloc-lsp model status shows its state, stop ends it.", file=sys.stderr)
        return 130
    print_line(f"{state.served_name} is ready at {state.url} after {time.time() - state.since:.0f} s.")
    return 0


async def _show_until_ready(folder: StateFolder) -> ServerState:
    """The state of the server once it is ready; until then a terminal shows the last line of its log."""
    waiting = asyncio.ensure_future(wait_until_ready(folder))
    if not sys.stderr.isatty():
        return await waiting
    from rich.console import Console
    from rich.markup import escape

    with Console(file=sys.stderr, highlight=False).status("starting") as spinner:
        while not waiting.done():
            await asyncio.wait({waiting}, timeout=0.5)
            line = next((line.strip() for line in reversed(folder.last_lines(20)) if line.strip()), "starting")
            spinner.update(escape(visible_line(line)[: spinner.console.width - 4]))
    return await waiting


def _status(_: argparse.Namespace) -> int:
    alive = running_servers()
    for server in alive:
        state = server.state
        minutes = (time.time() - state.since) / 60
        where = f"ready at {state.url}" if state.phase == "ready" else "starting"
        on = f" on GPU {state.device}" if state.device else ""
        print_line(f"{state.served_name}{on}: {where}, for {minutes:.0f} minutes (log: {server.folder.log})")
    running = {server.folder.path for server in alive}
    for folder in all_state_folders():
        last = folder.read()
        if folder.path not in running and last is not None and last.phase == "ended":
            print_line(f"{last.served_name}: ended. {last.why} (log: {folder.log})")
    if not alive:
        print(NONE_RUNS, file=sys.stderr)
    return 0 if alive else 1


def _stop(options: argparse.Namespace) -> int:
    model: str | None = options.model
    alive = running_servers()
    chosen = [server for server in alive if model is None or model in _names(server)]
    if model is not None and not chosen:
        there = ", ".join(server.state.served_name for server in alive)
        raise CallError(f"No server of {model} runs. {f'Running: {there}.' if there else NONE_RUNS}")
    for server in chosen:
        stop_server(server)
        print_line(f"{server.state.served_name} has ended.")
    if not chosen:
        print(NONE_RUNS, file=sys.stderr)
    return 0 if chosen else 1


def _forget(_: argparse.Namespace) -> int:
    known = forget_answers()
    print("The next revision asks again." if known else "No answer was stored.", file=sys.stderr)
    return 0


def _names(server: RunningServer) -> tuple[str, ...]:
    return server.state.model, server.state.served_name
