"""Frames between the controller and a harness process: four bytes of length, then JSON."""

import json
import socket
import struct


class Wire:
    """Blocking frames over a connected socket."""

    def __init__(self, fd):
        self.socket = socket.socket(fileno=fd)
        self.gone = False

    def fileno(self):
        """File descriptor, for `select`."""
        return self.socket.fileno()

    def receive(self):
        """The next message, or `None` once the other side is gone."""
        head = self._exactly(4)
        if head is None:
            return None
        body = self._exactly(struct.unpack(">I", head)[0])
        return None if body is None else json.loads(body)

    def send(self, message):
        """Send one message; raises `OSError` when the other side is gone."""
        body = json.dumps(message).encode("utf-8", "backslashreplace")
        self.socket.sendall(struct.pack(">I", len(body)) + body)

    def _exactly(self, size):
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
