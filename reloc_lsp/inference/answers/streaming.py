"""One request and its answer, which is streamed, or in one piece if the server does not stream.

The openai client sends the request and reads bytes; the lines of server-sent events are taken apart here. The client's
own stream makes objects that take 170 to 260 microseconds of CPU time per chunk, instead of about 10. Its cheap form, a
stream of plain dictionaries, hides the end mark `[DONE]`, drops an answer in one piece, and bounds no line. Its
`iter_lines` breaks a line at U+2028, which may occur in code.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from reloc_lsp.inference.answers.answer_assembly import AnswerAssembly
from reloc_lsp.inference.answers.exceptions import WEB_PAGE, SilenceError, UnusableAnswerError
from reloc_lsp.inference.answers.usage import RequestSize
from reloc_lsp.inference.prompt import Prompt
from reloc_lsp.inference.request_timeouts import RequestTimeouts
from reloc_lsp.search.interfaces.language_model import Reply, Usage

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_CLOSING_SECONDS = 0.5
"""Time that a server has to end the response after the end mark, so that the connection can be reused. Not tuned."""

_MAX_ANSWER_BYTES = 64 * 1024 * 1024
"""A longer answer is given up. A chunk of one token takes some 300 bytes: 16 replies of 8,192 tokens take 40 MB."""
_MAX_JSON_BYTES = 8 * 1024 * 1024
"""A longer JSON text, which is one event or a whole answer, is given up: the editor's requests wait while it is parsed.
8 MiB take 0.1 s. Chosen by hand."""


async def request_answer(
    client: AsyncOpenAI, prompt: Prompt, parameters: Mapping[str, Any], timeouts: RequestTimeouts, size: RequestSize
) -> tuple[tuple[Reply, ...], Usage]:
    """Send one request with these `parameters` and of this `size` for a `prompt`, and read its answer.

    Raises `SilenceError`, `UnusableAnswerError`, `RefusalError`, `RedirectError` and the errors of the client, which
    may have one of these as their cause. In each case the connection is then closed or free again; closing it stops a
    server that still works on the answer.
    """
    now = asyncio.get_running_loop().time
    end = now() + timeouts.answer
    reader = _AnswerReader(prompt.ends)
    answer = reader.answer
    late = False
    try:
        async with (
            asyncio.timeout(min(timeouts.first_token, timeouts.answer)) as deadline,
            _opened(client, prompt.path, parameters) as response,
        ):
            async for data in response:
                pieces = answer.pieces
                reader.feed(data)
                if answer.complete:
                    deadline.reschedule(now() + _CLOSING_SECONDS)
                elif answer.pieces > pieces:
                    _postpone(deadline, min(now() + timeouts.between_tokens, end), timeouts.between_tokens)
            reader.end()
    except TimeoutError:
        late = True
    except Exception:
        # Some servers do not end the response properly: a finished answer does not need that.
        if not answer.finished:
            raise
    if late and not answer.finished:
        if now() >= end:
            raise UnusableAnswerError(f"had no end after {timeouts.answer:g} s")
        raise SilenceError(begun=answer.pieces > 0)
    return answer.answer(size)


@asynccontextmanager
async def _opened(client: AsyncOpenAI, path: str, parameters: Mapping[str, Any]) -> AsyncIterator[AsyncIterator[bytes]]:
    """The body of the response to a request, which is closed at the end."""
    from openai import AsyncStream  # Loaded by now.

    stream: AsyncStream[object] = await client.post(
        path, body=dict(parameters), cast_to=object, stream=True, stream_cls=AsyncStream[object]
    )
    try:
        yield stream.response.aiter_bytes()
    finally:
        await stream.close()


def _postpone(deadline: asyncio.Timeout, end: float, seconds: float) -> None:
    """Move the deadline to `end`, unless it is within 5 % of `seconds` of that: moving costs more than a chunk."""
    due = deadline.when()
    if due is None or abs(due - end) > seconds / 20:
        deadline.reschedule(end)


class _AnswerReader:
    """Takes the bytes of a response apart: the data lines of an event stream, or else all of it as one JSON text."""

    def __init__(self, ends: tuple[str, ...]) -> None:
        self.answer = AnswerAssembly(ends)
        self._other = bytearray()
        self._has_events = False
        self._unfinished: list[bytes] = []
        self._line_size = 0
        self._size = 0

    def feed(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > _MAX_ANSWER_BYTES:
            raise UnusableAnswerError(f"is longer than {_MAX_ANSWER_BYTES // 2**20} MiB")
        # The unfinished line is kept in parts, so that an endless line costs linear time.
        end_of_line, *lines = data.split(b"\n")
        self._unfinished.append(end_of_line)
        self._line_size += len(end_of_line)
        _check_size(self._line_size)
        if lines:
            self._read(b"".join(self._unfinished))
            last = lines.pop()
            for line in lines:
                self._read(line)
            self._unfinished, self._line_size = [last], len(last)

    def end(self) -> None:
        """Read what is left at the end of the response."""
        self._read(b"".join(self._unfinished))
        if not self.answer.choices and not self.answer.complete:
            self._read_whole(self._other.decode("utf-8", "replace"))

    def _read(self, line: bytes) -> None:
        if not line.startswith(b"data:"):
            if not self._has_events:
                self._other += line + b"\n"
                _check_size(len(self._other))
            return
        self._has_events = True
        data = line[5:].strip()
        if data == b"[DONE]":
            self.answer.complete = True
        elif data:
            self.answer.add(data.decode("utf-8", "replace"), "delta")

    def _read_whole(self, text: str) -> None:
        if not text.strip():
            raise UnusableAnswerError("is empty")
        if text.lstrip().startswith("<"):
            raise UnusableAnswerError(WEB_PAGE, text)
        self.answer.add(text, "message")
        self.answer.complete = True


def _check_size(size: int) -> None:
    """Raise `UnusableAnswerError` if a line, or an answer in one piece, has too many bytes."""
    if size > _MAX_JSON_BYTES:
        raise UnusableAnswerError(f"has more than {_MAX_JSON_BYTES // 2**20} MiB in one piece")
