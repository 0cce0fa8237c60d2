"""A harness process as the controller sees it: started, spoken to in frames, and ended with all it started."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import struct
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.harness.protocol.wire import GREETING, frame

BOOT = Path(__file__).parent / "harness" / "boot.py"
LARGEST_FRAME = 256 << 20


class HarnessProcess:
    """One running harness, spoken to over its standard input and output; the caller closes it."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        log: Path,
    ) -> None:
        self.process = process
        self.log = log
        self._reader = reader
        self._writer = writer
        self._reading = asyncio.Lock()
        self._greeted = False

    @classmethod
    async def start(
        cls, command: Sequence[str], environment: Mapping[str, str], log: Path, config: Mapping[str, Any]
    ) -> HarnessProcess:
        """Start the harness by `command`; raises `EvaluationError` where its program does not start.

        For the tests in it standard input is empty; what they print goes to the file `log`.
        """
        pipe = asyncio.subprocess.PIPE
        try:
            with log.open("ab") as output:
                process = await asyncio.create_subprocess_exec(
                    *command, stdin=pipe, stdout=pipe, stderr=output, limit=1 << 20, cwd=config["root"],
                    env=dict(environment), start_new_session=True,
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )  # fmt: skip
        except OSError as error:
            raise EvaluationError(f"{command[0]} does not start: {error.strerror or error}.") from error
        assert process.stdin is not None and process.stdout is not None
        started = cls(process, process.stdout, process.stdin, log)
        started.send(config)
        return started

    def send(self, message: Mapping[str, Any]) -> None:
        """Send one message; a process that is gone is noticed at the next `receive`."""
        self._writer.write(frame(message))

    async def receive(self) -> dict[str, Any] | None:
        """The next message, or `None` once the process has closed its end."""
        async with self._reading:
            try:
                if not self._greeted:
                    await self._reader.readuntil(GREETING)
                    self._greeted = True
                (size,) = struct.unpack(">I", await self._reader.readexactly(4))
                if size > LARGEST_FRAME:
                    return None
                message = json.loads(await self._reader.readexactly(size))
            except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
                return None
            except (ValueError, RecursionError):  # whoever wrote that, it was not our harness
                return None
        return message if isinstance(message, dict) else None

    def kill(self) -> None:
        """End the process at once, and on POSIX its group with it; forked children die with it."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self.process.pid, signal.SIGKILL)
            else:
                self.process.kill()

    async def close(self) -> None:
        """Ask the process to end its children and itself, and see that it does within a quarter of a second."""
        with contextlib.suppress(ConnectionError, RuntimeError):
            self.send({"do": "quit"})
        try:
            await asyncio.wait_for(self._end(), 0.25)
        except TimeoutError:
            self.kill()
            # Only a process that hides from its group could still hold the pipe: not worth waiting for.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._end(), 5.0)
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()

    def last_words(self) -> str:
        """The end of what the process printed, for a message to the user."""
        return last_words(self.log)

    async def _end(self) -> None:
        """Wait for the end of the process, which asyncio announces only once all it wrote was read."""
        async with self._reading:
            with contextlib.suppress(ConnectionError):
                while await self._reader.read(1 << 16):
                    pass
        await self.process.wait()


def last_words(log: Path, lines: int = 6) -> str:
    """The end of what a process printed into `log`, for a message to the user."""
    with contextlib.suppress(OSError):
        text = log.read_bytes()[-4000:].decode("utf-8", "replace")
        return " | ".join(line.strip() for line in text.strip().splitlines()[-lines:] if line.strip())
    return ""
