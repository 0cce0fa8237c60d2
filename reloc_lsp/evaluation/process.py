"""A harness process as the controller sees it: started, spoken to in frames, and ended with all it started."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reloc_lsp.evaluation.errors import EvaluationError

BOOT = Path(__file__).parent / "harness" / "boot.py"
LARGEST_FRAME = 256 << 20


class HarnessProcess:
    """One running harness. Use as `async with await HarnessProcess.start(...)`, or call `close()`."""

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

    @classmethod
    async def start(cls, python: Path, environment: Mapping[str, str], config: Mapping[str, Any]) -> HarnessProcess:
        """Start the harness in the interpreter `python`; raises `EvaluationError` where that does not start.

        Its standard input is empty; what it prints goes to a log file in the scratch folder.
        """
        ours, theirs = socket.socketpair()
        log = Path(config["scratch"]) / f"{config['tier']}.log"
        try:
            with log.open("ab") as output:
                process = await asyncio.create_subprocess_exec(
                    python, str(BOOT), str(theirs.fileno()), str(config["scratch"]),
                    stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output, cwd=config["root"],
                    env=dict(environment), pass_fds=[theirs.fileno()], start_new_session=True,
                )  # fmt: skip
        except OSError as error:
            ours.close()
            raise EvaluationError(f"The interpreter {python} does not start: {error.strerror or error}.") from error
        finally:
            theirs.close()
        reader, writer = await asyncio.open_connection(sock=ours, limit=1 << 20)
        started = cls(process, reader, writer, log)
        started.send(config)
        return started

    def send(self, message: Mapping[str, Any]) -> None:
        """Send one message; a process that is gone is noticed at the next `receive`."""
        body = json.dumps(message).encode("utf-8", "backslashreplace")
        self._writer.write(struct.pack(">I", len(body)) + body)

    async def receive(self) -> dict[str, Any] | None:
        """The next message, or `None` once the process has closed its end."""
        try:
            (size,) = struct.unpack(">I", await self._reader.readexactly(4))
            if size > LARGEST_FRAME:
                return None
            message = json.loads(await self._reader.readexactly(size))
        except (asyncio.IncompleteReadError, ConnectionError, ValueError):
            return None
        return message if isinstance(message, dict) else None

    def kill(self) -> None:
        """End the process and its group at once; its children die with it."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)

    async def close(self) -> None:
        """Ask the process to end its children and itself, and see that it does within a quarter of a second."""
        if self.process.returncode is None:
            with contextlib.suppress(ConnectionError, RuntimeError):
                self.send({"do": "quit"})
            try:
                await asyncio.wait_for(self.process.wait(), 0.25)
            except TimeoutError:
                self.kill()
                await self.process.wait()
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()

    def last_words(self, lines: int = 6) -> str:
        """The end of what the process printed, for a message to the user."""
        with contextlib.suppress(OSError):
            text = self.log.read_bytes()[-4000:].decode("utf-8", "replace")
            return " | ".join(line.strip() for line in text.strip().splitlines()[-lines:] if line.strip())
        return ""
