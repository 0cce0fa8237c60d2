"""Listeners that count what reaches them: TCP, UDP, Unix sockets by path and by abstract name, and a terminal."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import sys
import threading
import tty
from pathlib import Path


class Listeners:
    """Listeners that are open until `close()`.

    `facts` are the addresses. The socket with a path is in `folder`. The text `typed` waits on the terminal to be read.
    """

    def __init__(self, folder: Path, token: str, typed: str) -> None:
        stream, packets, local = socket.SOCK_STREAM, socket.SOCK_DGRAM, "127.0.0.1"
        tcp, udp = socket.socket(socket.AF_INET, stream), socket.socket(socket.AF_INET, packets)
        tcp.bind((local, 0))
        udp.bind((local, 0))
        by_path = socket.socket(socket.AF_UNIX, stream)
        by_path.bind(str(folder / "socket"))
        self._sockets = {"tcp": tcp, "udp": udp, "socket": by_path}
        if sys.platform == "linux":
            by_name = self._sockets["abstract"] = socket.socket(socket.AF_UNIX, stream)
            by_name.bind(f"\0{token}")
        for one in self._sockets.values():
            if one.type == stream:
                one.listen(64)
        self._terminal, self._other_end = os.openpty()
        os.set_blocking(self._terminal, False)
        tty.setraw(self._other_end)  # so that typed text is not echoed to the listener
        os.write(self._terminal, typed.encode())
        self.facts = {
            "port": str(tcp.getsockname()[1]), "udp": str(udp.getsockname()[1]), "socket": str(folder / "socket"),
            "abstract": token, "tty": os.ttyname(self._other_end),
        }  # fmt: skip
        self._counts = dict.fromkeys([*self._sockets, "terminal"], 0)
        self._waking, self._wake = os.pipe()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def count(self, name: str) -> int:
        """How many connections or messages reached a listener. Waits a moment for those on their way."""
        self._thread.join(0.05)
        return self._counts[name]

    def close(self) -> None:
        """Close all of them."""
        os.write(self._wake, b".")
        self._thread.join()
        for one in self._sockets.values():
            one.close()
        for fd in (self._terminal, self._other_end, self._waking, self._wake):
            os.close(fd)

    def _listen(self) -> None:
        names = {one.fileno(): name for name, one in self._sockets.items()} | {self._terminal: "terminal"}
        while True:
            ready, _, _ = select.select([*names, self._waking], [], [])
            if self._waking in ready:
                return
            for fd in ready:
                self._counts[names[fd]] += 1
                with contextlib.suppress(OSError):
                    if names[fd] == "terminal":
                        os.read(fd, 4096)
                    elif names[fd] == "udp":
                        self._sockets["udp"].recv(4096)
                    else:
                        self._sockets[names[fd]].accept()[0].close()
