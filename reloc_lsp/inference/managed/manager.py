"""Starts the managed servers of this user, waits for them, and stops them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from dataclasses import asdict

from reloc_lsp.inference.managed.launch_plan import LaunchPlan, folder_name
from reloc_lsp.inference.managed.state_file import RunningServer, ServerState, StateFolder, state_folder
from reloc_lsp.inference.managed.supervisor import GRACE_SECONDS
from reloc_lsp.search.interfaces.language_model import ModelError

POLL_SECONDS = 0.1
"""Pause between two looks at a state file or a lock; chosen by hand."""

STOP_SECONDS = 10.0
"""Time that a supervisor has to exit after the grace period of its server; chosen by hand."""

_SUPERVISE = (
    "import json, sys; order = json.load(sys.stdin); sys.path[:] = order.pop('path'); "
    "from reloc_lsp.inference.managed.supervisor import supervise; supervise(**order)"
)
"""The program of the supervisor; it gets `sys.path` of this process, so that it finds the same modules."""


def start_server(plan: LaunchPlan) -> StateFolder:
    """Start the server of `plan` unless it runs, and return its folder.

    Raises a permanent `ModelError` if it cannot be started.
    """
    if os.name == "nt":
        raise ModelError(
            "reloc-lsp starts no model server on Windows. Run one in WSL or by itself, and give its address with "
            "--base-url.",
            permanent=True,
        )
    folder = state_folder(folder_name(plan))
    while True:
        with folder.locked() as lock:
            if lock is not None:
                _start_supervisor(plan, folder, lock)
                return folder
        state = folder.read()
        if state is None or state.phase != "ended":
            return folder
        time.sleep(POLL_SECONDS)  # The server has ended and is about to release its lock.


async def wait_until_ready(folder: StateFolder) -> ServerState:
    """The state of the server once it answers; raises a permanent `ModelError` with the reason if it ends before."""
    while True:
        # In this order: a state that was written just before the server ended is not missed.
        alive, state = folder.alive(), folder.read()
        if alive and state is not None and state.phase == "ready":
            return state
        if not alive:
            why = state.why if state is not None and state.phase == "ended" else "It ended without a word."
            raise ModelError(f"The model server did not start. {why} Its log is {folder.log}.", permanent=True)
        await asyncio.sleep(POLL_SECONDS)


def stop_server(server: RunningServer) -> None:
    """Stop a server and wait until it has ended; raises `ModelError` if it does not end."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(server.state.supervisor, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS + STOP_SECONDS
    while server.folder.alive():
        if time.monotonic() > deadline:
            raise ModelError(f"The server of {server.state.model} does not end (process {server.state.supervisor}).")
        time.sleep(POLL_SECONDS)


def _start_supervisor(plan: LaunchPlan, folder: StateFolder, lock: int) -> None:
    """Start the process that runs the server. It inherits the descriptor `lock`, and so holds the lock."""
    port, key = _free_port(), secrets.token_urlsafe(24)
    command = plan.command(port)
    folder.forget()
    state = ServerState(
        model=plan.model,
        served_name=plan.served_name,
        device=plan.device,
        port=port,
        supervisor=0,
        phase="starting",
        since=time.time(),
        key=key,
        engine=plan.engine,
        shares_processors=plan.shares_processors,
        slots=plan.slots,
    )
    order = {
        "path": sys.path,
        "folder": str(folder.path),
        "command": command,
        "state": asdict(state),
        "idle_seconds": plan.idle_seconds,
    }
    supervisor = subprocess.Popen(
        [sys.executable, "-c", _SUPERVISE],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=plan.environment(key, os.environ),
        cwd="/",
        pass_fds=[lock],
        start_new_session=True,
    )
    assert supervisor.stdin is not None
    with supervisor.stdin as pipe:
        pipe.write(json.dumps(order).encode())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number
