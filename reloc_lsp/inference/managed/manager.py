"""Starting, finding and stopping the managed servers of this user."""

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

from reloc_lsp.inference.managed.launch_plan import Plan
from reloc_lsp.inference.managed.state_file import Folder, Record, Server, folder_of
from reloc_lsp.inference.managed.supervisor import GRACE_SECONDS
from reloc_lsp.search.language_model import ModelError

POLL = 0.1
_BEGIN = (
    "import json, sys; order = json.load(sys.stdin); sys.path[:] = order.pop('path'); "
    "from reloc_lsp.inference.managed.supervisor import supervise; supervise(**order)"
)
"""What the supervisor runs: it finds our modules where this process found them."""


def started(plan: Plan) -> Folder:
    """The folder of the server of `plan`: of the one that lives, or of one that is started now.

    Raises a permanent `ModelError` where it cannot be started.
    """
    if os.name == "nt":
        raise ModelError(
            "vLLM does not run on Windows. Run it in WSL or on another machine, and give its address with --base-url.",
            permanent=True,
        )
    folder = folder_of(plan.name)
    while True:
        with folder.locked() as lock:
            if lock is not None:
                _start(plan, folder, lock)
                return folder
        record = folder.read()
        if record is None or record.phase != "ended":
            return folder
        time.sleep(POLL)  # It is about to let go of its lock.


async def ready(folder: Folder) -> Record:
    """How the server stands once it answers; raises a permanent `ModelError` with the reason where it ends before."""
    while True:
        # In this order: what was written before it ended is seen.
        alive, record = folder.alive(), folder.read()
        if alive and record is not None and record.phase == "ready":
            return record
        if not alive:
            why = record.why if record is not None and record.phase == "ended" else "It ended without a word."
            raise ModelError(f"The model server did not start. {why} Its log is {folder.log}.", permanent=True)
        await asyncio.sleep(POLL)


def stop(server: Server) -> None:
    """Tell a server to end and wait until it has."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(server.record.supervisor, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS + 10
    while server.folder.alive():
        if time.monotonic() > deadline:
            raise ModelError(f"The server of {server.record.model} does not end (process {server.record.supervisor}).")
        time.sleep(POLL)


def _start(plan: Plan, folder: Folder, lock: int) -> None:
    port, key = _free_port(), secrets.token_urlsafe(24)
    command = plan.command(port)
    folder.forget()
    record = Record(plan.model, plan.served_name, plan.device, port, 0, "starting", time.time(), key)
    order = json.dumps({
        "path": sys.path, "folder": str(folder.path), "command": command, "record": asdict(record),
        "idle_seconds": plan.idle_seconds,
    })  # fmt: skip
    supervisor = subprocess.Popen(
        [sys.executable, "-c", _BEGIN], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=plan.environment(key, os.environ), cwd="/", pass_fds=[lock], start_new_session=True,
    )  # fmt: skip
    assert supervisor.stdin is not None
    with supervisor.stdin as pipe:
        pipe.write(order.encode())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number
