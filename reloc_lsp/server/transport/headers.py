"""The header lines of the editor's messages, in the one spelling that `pygls` reads."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

MAX_MESSAGE_BYTES = 256 << 20
"""Largest message that is read, in bytes. Far above any source file, so that a larger number means a broken stream.
Chosen by hand."""


class StreamError(Exception):
    """The stream cannot be read further; the text is a sentence that gives the reason."""


class EditorStream:
    """The editor's stream. Header names may be in upper or lower case (LSP takes its headers from HTTP, RFC 7230).

    `ready` is awaited before each header line.
    """

    def __init__(self, reader: asyncio.StreamReader, ready: Callable[[], Awaitable[None]]) -> None:
        self._reader = reader
        self._ready = ready

    async def readline(self) -> bytes:
        """Read a header line; empty at the end of the stream. Raises `StreamError` if no message can follow."""
        await self._ready()
        try:
            line = await self._reader.readline()
        except ValueError:
            raise StreamError("The editor sent a line without end where a header was expected.") from None
        name, _, value = line.partition(b":")
        if name.strip().lower() != b"content-length" or not value.strip().isdigit():
            return line
        if int(value) > MAX_MESSAGE_BYTES:
            raise StreamError(
                f"The editor announced a message of {int(value):,} bytes; the limit is {MAX_MESSAGE_BYTES:,} bytes. "
                "Restart the server, and close the file that is so large."
            )
        return b"Content-Length: %d\r\n" % int(value)

    async def readexactly(self, count: int) -> bytes:
        """Read the body of a message."""
        return await self._reader.readexactly(count)
