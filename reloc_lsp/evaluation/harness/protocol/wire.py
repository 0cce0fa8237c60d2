"""Frames between the controller and a harness process: four bytes of length (big-endian), then a message as JSON."""

from __future__ import annotations

import contextlib
import os
import struct
from typing import Optional, TypeVar

from .codec import decode_json, encode
from .messages import Message

M = TypeVar("M", bound=Message)

_write_bytes = os.write  # the unit's probes send while a test runs, and the test may have replaced `os.write`

LARGEST_FRAME = 256 << 20
"""Bytes of the longest message that is read, so that nobody makes a process read without end. Chosen by hand."""

GREETING = b"\0reloc-harness\0"
"""The first bytes of a harness: whatever the interpreter printed while it started comes before them."""


def frame(message: Message) -> bytes:
    """The bytes of one message."""
    body = encode(message)
    return struct.pack(">I", len(body)) + body


class Wire:
    """Blocking frames over two file descriptors."""

    def __init__(self, reader: int, writer: int, largest: int = LARGEST_FRAME) -> None:
        self.reader = reader
        self.writer = writer
        self.largest = largest

    @classmethod
    def of_this_process(cls) -> Wire:
        """Take over standard input and output: after this, input is empty and output goes to standard error."""
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

    def receive(self, base: type[M]) -> Optional[M]:
        """The next message, which is a `base`; `None` once the other side has ended, or if the message is too long.

        Raises `ProtocolError`.
        """
        head = self._exactly(4)
        if head is None:
            return None
        (size,) = struct.unpack(">I", head)
        body = None if size > self.largest else self._exactly(size)
        return None if body is None else decode_json(body, base)

    def send(self, message: Message) -> None:
        """Send one message; raises `OSError` when the other side has ended or the descriptor was closed."""
        self._write(frame(message))

    def close(self) -> None:
        """Close this process's ends."""
        for fd in (self.reader, self.writer):
            with contextlib.suppress(OSError):
                os.close(fd)

    def _write(self, data: bytes) -> None:
        while data:
            data = data[_write_bytes(self.writer, data) :]

    def _exactly(self, size: int) -> Optional[bytes]:
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
