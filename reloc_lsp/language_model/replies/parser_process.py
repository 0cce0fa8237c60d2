"""Parses replies in a process of its own, which is killed if it takes too long, and started anew for the next reply.

A reply may be made to keep Python's parser busy, to fill the memory or to crash the interpreter, and what runs in a
thread cannot be stopped. The process starts with the first reply, and then parses one after the other.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import weakref
from collections.abc import Callable, Mapping
from pathlib import Path

from reloc_lsp.language_model.replies.parser_worker import MAX_CPU_SECONDS, frame, read_frame
from reloc_lsp.language_model.replies.reply_parser import ParsedReply, ReplyKind

MAX_SECONDS = 20.0
"""Seconds until a parse is killed, by the clock: the limit where the system has none for CPU time. Chosen by hand, far
above that limit, so that a busy machine does not reach it."""
_STOPPED = ParsedReply(
    ReplyKind.STOPPED, problem=f"it could not be parsed within {MAX_CPU_SECONDS} s and 1 GiB of memory"
)
_PACKAGES = Path(__file__).parents[3]
_PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from reloc_lsp.language_model.replies.parser_worker import main; main()"
)


class ParserProcess:
    """Parses one reply at a time. The process ends by `close`, with this object, and with this program."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._kill: Callable[[], object] | None = None

    async def parse(self, text: str, original: str, parent: str, complete: bool = True) -> ParsedReply:
        """What `parse_reply` finds; the kind `STOPPED` if the parser is killed or crashes. Cancelling it kills it."""
        request = frame({"text": text, "original": original, "parent": parent, "complete": complete})
        async with self._turn:
            answer: dict[str, object] | None = None
            try:
                async with asyncio.timeout(MAX_SECONDS):
                    answer = await asyncio.to_thread(_exchange, self._running(), request)
            except TimeoutError:
                pass
            finally:
                if answer is None:
                    self.close()
        return _STOPPED if answer is None else _parsed(answer)

    def close(self) -> None:
        """Kill the process, if there is one. The next reply starts another one."""
        if self._kill is not None:
            self._kill()
            self._process = self._kill = None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = _start()
            self._kill = weakref.finalize(self, _end, self._process)
        return self._process


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _PROGRAM, str(_PACKAGES)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )  # fmt: skip


def _exchange(process: subprocess.Popen[bytes], request: bytes) -> dict[str, object] | None:
    """The answer to a request; `None` if the process ends before. Runs in a thread."""
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdin.write(request)
        process.stdin.flush()
        return read_frame(process.stdout)
    except (OSError, ValueError):  # `ValueError`: the pipe was closed here, or the answer is cut off.
        return None


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        assert pipe is not None
        # What the process has not read cannot be written any more.
        with contextlib.suppress(OSError):
            pipe.close()


def _parsed(answer: Mapping[str, object]) -> ParsedReply:
    source = answer["source"]
    return ParsedReply(ReplyKind(str(answer["kind"])), None if source is None else str(source), str(answer["problem"]))
