"""What the editor sends, before it is taken for messages: its headers in the one spelling that `pygls` reads."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

LARGEST = 256 << 20
"""Bytes of a message. More is no source file: the stream is not what it should be."""


class StreamError(Exception):
    """The stream cannot be read on; the text is a sentence that says why."""


class EditorStream:
    """The editor's stream. Names of headers are of either case (LSP takes them from HTTP, RFC 7230).

    `ready` is awaited before each line of a header.
    """

    def __init__(self, reader: asyncio.StreamReader, ready: Callable[[], Awaitable[None]]) -> None:
        self._reader = reader
        self._ready = ready

    async def readline(self) -> bytes:
        """A line of a header, empty at the end of the stream; raises `StreamError` where no message can follow."""
        await self._ready()
        try:
            line = await self._reader.readline()
        except ValueError:
            raise StreamError("The editor sent a line without end where a header was expected.") from None
        name, _, value = line.partition(b":")
        if name.strip().lower() != b"content-length" or not value.strip().isdigit():
            return line
        if int(value) > LARGEST:
            raise StreamError(
                f"The editor announced a message of {int(value):,} bytes; the most are {LARGEST:,}. "
                "Restart the server, and close the file that is so large."
            )
        return b"Content-Length: %d\r\n" % int(value)

    async def readexactly(self, count: int) -> bytes:
        """The body of a message."""
        return await self._reader.readexactly(count)
