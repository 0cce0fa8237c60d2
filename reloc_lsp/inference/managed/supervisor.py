"""The process that runs one model server, records its state, and ends it on request or when it is idle."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import re
import signal
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from reloc_lsp.inference.managed.exit_diagnosis import exit_reason
from reloc_lsp.inference.managed.state_file import ServerState, StateFolder

TICK_SECONDS = 0.5
"""Longest time until a change of the server is seen; chosen by hand."""
METRICS_SECONDS = 5.0
"""Time between two readings of the server's metrics, or half the idle time if that is shorter; chosen by hand."""
HTTP_SECONDS = 5.0
"""Timeout of a request for the health or the metrics of the server; chosen by hand."""
MAX_METRICS = 1 << 20
"""Bytes of the metrics that are read; vLLM sends some 50,000, llama.cpp 2,000. Chosen by hand."""
GRACE_SECONDS = 20.0
"""Time that the server has to end before it is killed; vLLM takes four seconds on a CPU, llama.cpp less than one."""

_BUSY = re.compile(
    r"^(?:vllm:num_requests_(?:running|waiting)\{[^}]*\}|llamacpp:requests_(?:processing|deferred)) (\S+)", re.MULTILINE
)
"""How many requests are under way, in the metrics of vLLM and of llama.cpp."""
_DONE = re.compile(
    r"^(?:vllm:(?:prompt_tokens|generation_tokens|request_success)_total\{[^}]*\}"
    r"|llamacpp:(?:prompt_tokens|prompt_tokens_cached|tokens_predicted)_total) (\S+)",
    re.MULTILINE,
)
"""What they have done since they started, in the same metrics."""
_PR_SET_PDEATHSIG = 1
"""From `linux/prctl.h`: the signal that a process gets when its parent ends."""


def supervise(folder: str, command: list[str], state: dict[str, Any], idle_seconds: float) -> None:
    """Run `command` until it ends or has to end. The lock of `folder`, which was inherited, is released by exiting."""
    own_state = ServerState(**{**state, "supervisor": os.getpid()})
    state_folder = StateFolder(Path(folder))
    with open(state_folder.log, "wb") as log:
        asyncio.run(_Supervisor(state_folder, own_state, idle_seconds).run(command, log))


class _Supervisor:
    def __init__(self, folder: StateFolder, state: ServerState, idle_seconds: float) -> None:
        self._folder = folder
        self._state = state
        self._idle_seconds = idle_seconds
        self._stop = asyncio.Event()
        self._root_url = state.url.removesuffix("/v1")

    async def run(self, command: list[str], log: BinaryIO) -> None:
        self._record()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._stop.set)
        try:
            server = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
                preexec_fn=_end_with_parent(),
            )
        except OSError as error:
            self._record(phase="ended", why=f"{command[0]} cannot be run ({error.strerror}).")
            return
        ended = asyncio.create_task(server.wait())
        try:
            why = await self._watch(ended)
        finally:
            await _end(server.pid, ended)
        self._record(phase="ended", why=why)

    async def _watch(self, ended: asyncio.Task[int]) -> str:
        """Wait until the server ends or has to end, and return why."""
        last_used = last_read = time.monotonic()
        progress: tuple[str, ...] = ()
        stop = asyncio.create_task(self._stop.wait())
        try:
            while True:
                await asyncio.wait({ended, stop}, timeout=TICK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                now = time.monotonic()
                if stop.done():
                    return "It was told to stop."
                if ended.done():
                    return exit_reason(self._state, ended.result(), self._folder)
                if self._state.phase == "starting":
                    if await asyncio.to_thread(self._get, "/health") is not None:
                        self._record(phase="ready")
                        last_used = last_read = now
                elif now - last_read >= min(METRICS_SECONDS, self._idle_seconds / 2):
                    last_read = now
                    metrics = await asyncio.to_thread(self._get, "/metrics")
                    # A server whose metrics cannot be read may be busy.
                    if metrics is None or _busy(metrics) or progress != (progress := tuple(_DONE.findall(metrics))):
                        last_used = now
                    if now - last_used >= self._idle_seconds:
                        return f"Nobody asked it anything for {self._idle_seconds / 60:g} minutes."
        finally:
            stop.cancel()

    def _get(self, path: str) -> str | None:
        """The text at a path of the server; `None` if there is no answer."""
        request = urllib.request.Request(self._root_url + path, headers={"Authorization": f"Bearer {self._state.key}"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=HTTP_SECONDS) as response:
                text: str = response.read(MAX_METRICS).decode("utf-8", "replace")
                return text
        except OSError:
            return None

    def _record(self, **changes: Any) -> None:
        self._state = replace(self._state, **changes)
        self._folder.write(self._state)


def _busy(metrics: str) -> bool:
    return any(float(number) > 0 for number in _BUSY.findall(metrics))


async def _end(group: int, ended: asyncio.Task[int]) -> None:
    """End the server and all processes of its group: by SIGTERM, and after the grace period by SIGKILL."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGTERM)
        await asyncio.wait({ended}, timeout=GRACE_SECONDS)
        os.killpg(group, signal.SIGKILL)
    await ended


def _end_with_parent() -> Callable[[], None] | None:
    """Makes a child end when this process ends, even if this process is killed. Only Linux can do this."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
