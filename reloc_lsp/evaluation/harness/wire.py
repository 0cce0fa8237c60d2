"""Frames between the controller and a harness process: four bytes of length, then JSON."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable
from typing import Any

Message = dict[str, Any]
Send = Callable[[Message], None]


class Wire:
    """Blocking frames over a connected socket."""

    def __init__(self, fd: int) -> None:
        self.socket = socket.socket(fileno=fd)
        self.gone = False

    def fileno(self) -> int:
        """File descriptor, for `select`."""
        return self.socket.fileno()

    def receive(self) -> Message | None:
        """The next message, or `None` once the other side is gone."""
        head = self._exactly(4)
        if head is None:
            return None
        body = self._exactly(struct.unpack(">I", head)[0])
        message: Message | None = None if body is None else json.loads(body)
        return message

    def send(self, message: Message) -> None:
        """Send one message; raises `OSError` when the other side is gone."""
        body = json.dumps(message).encode("utf-8", "backslashreplace")
        try:
            self.socket.sendall(struct.pack(">I", len(body)) + body)
        except OSError:
            self.gone = True
            raise

    def _exactly(self, size: int) -> bytes | None:
        parts = []
        while size:
            try:
                part = self.socket.recv(size)
            except ConnectionError:
                part = b""
            if not part:
                self.gone = True
                return None
            parts.append(part)
            size -= len(part)
        return b"".join(parts)
