"""The process that runs one `vllm serve`, says how it stands, and ends it: when told to, or when it is idle."""

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

from reloc_lsp.inference.managed.exit_diagnosis import why_it_ended
from reloc_lsp.inference.managed.state_file import Folder, Record

TICK = 0.5
LOOK_SECONDS = 5.0
GRACE_SECONDS = 20.0
"""How long vLLM may take to end before it is killed; it takes four on the CPU."""

_BUSY = re.compile(r"^vllm:num_requests_(?:running|waiting)\{[^}]*\} (\S+)", re.MULTILINE)
_DONE = re.compile(r"^vllm:(?:prompt_tokens|generation_tokens|request_success)_total\{[^}]*\} (\S+)", re.MULTILINE)
_PR_SET_PDEATHSIG = 1


def supervise(folder: str, command: list[str], record: dict[str, Any], idle_seconds: float) -> None:
    """Run `command` until it ends or is to end; the lock of `folder` was inherited and is let go by exiting."""
    mine = Record(**{**record, "supervisor": os.getpid()})
    place = Folder(Path(folder))
    with open(place.log, "wb") as log:
        asyncio.run(_Supervisor(place, mine, idle_seconds).run(command, log))


class _Supervisor:
    def __init__(self, folder: Folder, record: Record, idle_seconds: float) -> None:
        self._folder = folder
        self._record = record
        self._idle_seconds = idle_seconds
        self._told = asyncio.Event()
        self._root = record.url.removesuffix("/v1")

    async def run(self, command: list[str], log: BinaryIO) -> None:
        self._write()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._told.set)
        try:
            server = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, process_group=0,
                preexec_fn=_ended_with_me(),
            )  # fmt: skip
        except OSError as error:
            self._ended(f"{command[0]} cannot be run ({error.strerror}).")
            return
        ended = asyncio.create_task(server.wait())
        try:
            why = await self._watch(ended)
        finally:
            await _end(server.pid, ended)
        self._ended(why)

    def _ended(self, why: str) -> None:
        self._record = replace(self._record, phase="ended", why=why)
        self._write()

    async def _watch(self, ended: asyncio.Task[int]) -> str:
        """Wait for the end, and say why it came."""
        used = looked = time.monotonic()
        seen: tuple[str, ...] = ()
        told = asyncio.create_task(self._told.wait())
        try:
            while True:
                await asyncio.wait({ended, told}, timeout=TICK, return_when=asyncio.FIRST_COMPLETED)
                now = time.monotonic()
                if told.done():
                    return "It was told to stop."
                if ended.done():
                    return why_it_ended(self._record, ended.result(), self._folder)
                if self._record.phase == "starting":
                    if await asyncio.to_thread(_get, self._root + "/health") is not None:
                        self._record = replace(self._record, phase="ready")
                        self._write()
                        used = looked = now
                elif now - looked >= min(LOOK_SECONDS, self._idle_seconds / 2):
                    looked = now
                    metrics = await asyncio.to_thread(_get, self._root + "/metrics")
                    # What cannot be seen may be at work.
                    if metrics is None or _busy(metrics) or seen != (seen := tuple(_DONE.findall(metrics))):
                        used = now
                    if now - used >= self._idle_seconds:
                        return f"Nobody asked it anything for {self._idle_seconds / 60:g} minutes."
        finally:
            told.cancel()

    def _write(self) -> None:
        self._folder.write(self._record)


def _busy(metrics: str) -> bool:
    return any(float(number) > 0 for number in _BUSY.findall(metrics))


def _get(url: str) -> str | None:
    """The text at a local address; `None` where there is none."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5.0) as answer:
            text: str = answer.read().decode("utf-8", "replace")
            return text
    except OSError:
        return None


async def _end(group: int, ended: asyncio.Task[int]) -> None:
    """End the server and all it started, first kindly."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGTERM)
        await asyncio.wait({ended}, timeout=GRACE_SECONDS)
        os.killpg(group, signal.SIGKILL)
    await ended


def _ended_with_me() -> Callable[[], None] | None:
    """Makes a child of this process end with it, also where this one is killed; on Linux only."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
