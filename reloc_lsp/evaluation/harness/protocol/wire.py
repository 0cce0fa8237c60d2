"""Frames between the controller and a harness process: four bytes of length, then JSON."""

from __future__ import annotations

import contextlib
import json
import os
import struct
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Message = dict[str, Any]
Send = Callable[[Message], None]

_write_bytes = os.write  # the unit's probes send while a test runs, and the test may have put something in its place

GREETING = b"\0reloc-harness\0"
"""The first bytes of a harness: whatever the interpreter printed while it started comes before them."""


# The encoder itself: candidates run in the process that sends what became of them, and reach `json` by many names.
_parts: Callable[[Any, int], Iterable[str]] | None = None
with contextlib.suppress(AttributeError, TypeError):  # a Python without it, or with another
    _parts = json.encoder.c_make_encoder(  # type: ignore[attr-defined]
        None, None, json.encoder.encode_basestring_ascii, None, ": ", ", ", False, False, True
    )


def encoded(message: Mapping[str, Any]) -> bytes:
    """A message as JSON."""
    text = "".join(_parts(message, 0)) if _parts else json.dumps(message)
    return text.encode("ascii", "backslashreplace")


def frame(message: Mapping[str, Any]) -> bytes:
    """The bytes of one message."""
    body = encoded(message)
    return struct.pack(">I", len(body)) + body


class Wire:
    """Blocking frames over two file descriptors."""

    def __init__(self, reader: int, writer: int) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    def of_this_process(cls) -> Wire:
        """Take over standard input and output; from now on the one is empty, and the other goes where errors go."""
        wire = cls(os.dup(0), os.dup(1))
        for fd in (wire.reader, wire.writer):
            os.set_inheritable(fd, False)  # on Windows a copy of a standard stream is inheritable
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
        os.dup2(2, 1)
        with contextlib.suppress(OSError):
            wire._write(GREETING)
        return wire

    def fileno(self) -> int:
        """File descriptor that messages arrive at, for `select`."""
        return self.reader

    def receive(self) -> Message | None:
        """The next message, or `None` once the other side is gone."""
        head = self._exactly(4)
        if head is None:
            return None
        body = self._exactly(struct.unpack(">I", head)[0])
        message: Message | None = None if body is None else json.loads(body)
        return message

    def send(self, message: Message) -> None:
        """Send one message; raises `OSError` when the other side is gone or the descriptor was closed."""
        self._write(frame(message))

    def close(self) -> None:
        """Close this process's ends."""
        for fd in (self.reader, self.writer):
            with contextlib.suppress(OSError):
                os.close(fd)

    def _write(self, data: bytes) -> None:
        while data:
            data = data[_write_bytes(self.writer, data) :]

    def _exactly(self, size: int) -> bytes | None:
        parts = []
        while size:
            try:
                part = os.read(self.reader, size)
            except ConnectionError:
                part = b""
            if not part:
                return None
            parts.append(part)
            size -= len(part)
        return b"".join(parts)
