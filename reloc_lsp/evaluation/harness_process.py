"""A harness process as the controller sees it: started, sent messages, and ended with all that it started."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import signal
import struct
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.harness.protocol.codec import ProtocolError, decode_json
from reloc_lsp.evaluation.harness.protocol.messages import PROTOCOL, Hello, Job, Message, Quit, Setup
from reloc_lsp.evaluation.harness.protocol.wire import GREETING, LARGEST_FRAME, frame

M = TypeVar("M", bound=Message)

BOOT = Path(__file__).parent / "harness" / "boot.py"
_WARNING = re.compile(r"^\S+:\d+: \w*Warning: .*?(?:\n  \S[^\n]*(?:\n|\Z)|\Z)", re.MULTILINE | re.DOTALL)
"""What Python prints for a warning: place, category and message, then the line of source, which is indented."""
READ_AHEAD = 1 << 20
"""Bytes that asyncio reads ahead; what an interpreter prints while it starts has to fit in. Chosen by hand."""
CLOSING_SECONDS = 0.25
"""Seconds that a process has for ending by itself; a fork server needs a few milliseconds. Chosen by hand."""
HIDDEN_SECONDS = 5.0
"""Seconds to wait after the kill: only a process that left the group could still hold the pipe. Chosen by hand."""

logger = logging.getLogger(__name__)


class HarnessProcess:
    """One running harness, connected by its standard input and output; the caller closes it."""

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
        cls,
        command: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        setup: Setup,
        job: Job,
        *,
        descriptors: Sequence[int] = (),
    ) -> HarnessProcess:
        """Start the harness by `command`; raises `EvaluationError` if its program does not start.

        It inherits the file `descriptors`.

        The tests in it read an empty standard input, and what they print goes to the file `log`.
        """
        pipe = asyncio.subprocess.PIPE
        try:
            with log.open("ab") as output:
                process = await asyncio.create_subprocess_exec(
                    *command, stdin=pipe, stdout=pipe, stderr=output, limit=READ_AHEAD, cwd=setup.root,
                    env=dict(environment), start_new_session=True,
                    pass_fds=tuple(descriptors), creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )  # fmt: skip
        except OSError as error:
            raise EvaluationError(f"{command[0]} does not start: {error.strerror or error}.") from error
        assert process.stdin is not None and process.stdout is not None
        started = cls(process, process.stdout, process.stdin, log)
        started.send(setup)
        started.send(job)
        return started

    def send(self, message: Message) -> None:
        """Send one message; that the process has ended is noticed at the next `receive`."""
        self._writer.write(frame(message))

    async def receive(self) -> Message | None:
        """The next message, or `None` once the process has ended, or sends what is no message.

        Raises `EvaluationError` if the harness is of another version of ReLoc.
        """
        async with self._reading:
            try:
                if not self._greeted:
                    await self._reader.readuntil(GREETING)
                    hello = await self._message(Hello)
                    self._greeted = True
                    if hello is not None and hello.protocol != PROTOCOL:
                        raise EvaluationError(
                            f"The test process speaks version {hello.protocol} of ReLoc's protocol and this process "
                            f"version {PROTOCOL}: ReLoc was updated while it ran. Restart it."
                        )
                return await self._message(Message)
            except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
                return None
            except ProtocolError as error:  # not written by the harness, but by code that it ran
                logger.debug("not a message of the harness: %s", error)
                return None

    async def _message(self, base: type[M]) -> M | None:
        (size,) = struct.unpack(">I", await self._reader.readexactly(4))
        return None if size > LARGEST_FRAME else decode_json(await self._reader.readexactly(size), base)

    def kill(self) -> None:
        """End the process at once, and on POSIX its group with it; forked children die with it."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self.process.pid, signal.SIGKILL)
            else:
                self.process.kill()

    async def close(self) -> None:
        """Ask the process to end its children and itself, and kill it if it does not do so in time."""
        with contextlib.suppress(ConnectionError, RuntimeError):
            self.send(Quit())
        try:
            await asyncio.wait_for(self._end(), CLOSING_SECONDS)
        except TimeoutError:
            self.kill()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._end(), HIDDEN_SECONDS)
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()

    def last_output(self) -> str:
        """The end of what the process printed, for a message to the user."""
        return last_output(self.log)

    async def _end(self) -> None:
        """Wait for the end of the process, which asyncio reports only when all that it wrote has been read."""
        async with self._reading:
            with contextlib.suppress(ConnectionError):
                while await self._reader.read(1 << 16):
                    pass
        await self.process.wait()


def last_output(log: Path, lines: int = 6) -> str:
    """The end of what a process printed into `log`, without warnings, for a message to the user."""
    with contextlib.suppress(OSError):
        text = _WARNING.sub("", log.read_bytes()[-4000:].decode("utf-8", "replace"))
        return " | ".join(line.strip() for line in text.strip().splitlines()[-lines:] if line.strip())
    return ""
