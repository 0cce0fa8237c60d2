"""What tests do with the world around them, heard from the interpreter's own audit events (PEP 578).

The unchanged code says by this what its candidates must be granted. Whatever a C extension does without an event is
not heard here; then the tests fail inside the walls, which the controller notices.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from ..protocol.wire import Send

KINDS = {
    **dict.fromkeys(
        ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo",
         "socket.gethostbyname", "socket.gethostbyaddr"), "network"),
    **dict.fromkeys(
        ("subprocess.Popen", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.system"), "processes"),
    **dict.fromkeys(("os.chmod", "os.chown", "os.utime", "os.setxattr", "os.removexattr"), "attributes"),
}  # fmt: skip
"""Events that need a system call the walls refuse."""

PATHS = {
    "os.mkdir": 1, "os.rmdir": 1, "os.remove": 1, "os.rename": 2, "os.link": 2, "os.symlink": 2, "os.truncate": 1,
    "sqlite3.connect": 1,
}  # fmt: skip
"""Events that change a folder, and how many of their first arguments are paths in one."""

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
UNNAMED = getattr(os, "O_TMPFILE", -1)
"""Opens a file without a name in the folder that is named."""
MOST = 200


class Needs:
    """Sends one record for each need not heard of before: `{"needs": kind}` or `{"needs": folder}`.

    What happens in folders that are the process's `own` needs nothing.
    """

    def __init__(self, send: Send, *own: str) -> None:
        self._send = send
        self._own = ("/proc/", *(folder + os.sep for folder in own))
        self._heard: set[str] = set()

    def listen(self) -> None:
        """From now on, for as long as this process lives."""
        heard = self._hearing()
        sys.addaudithook(heard)

    def _hearing(self) -> Callable[[str, tuple[Any, ...]], None]:
        busy = False

        def heard(event: str, arguments: tuple[Any, ...]) -> None:
            nonlocal busy
            if busy or (event not in KINDS and event not in PATHS and event != "open"):
                return
            busy = True
            try:
                if event in KINDS:
                    self._note(KINDS[event])
                elif event != "open":
                    for path in arguments[: PATHS[event]]:
                        self._changed(path)
                elif arguments[2] & UNNAMED == UNNAMED:
                    self._note_folder(arguments[0])
                elif arguments[2] & WRITING:
                    self._changed(arguments[0])
            except (OSError, ValueError, TypeError):
                pass  # it was no path, or there is no such folder: the call itself will tell the test
            finally:
                busy = False

        return heard

    def _changed(self, path: Any) -> None:
        if isinstance(path, int) or not path or path == ":memory:":
            return
        self._note_folder(os.path.dirname(os.path.realpath(os.fsdecode(path))))

    def _note_folder(self, path: Any) -> None:
        folder = os.path.realpath(os.fsdecode(path))
        if not (folder + os.sep).startswith(self._own) and folder != "/dev":
            self._note(folder)

    def _note(self, need: str) -> None:
        if need not in self._heard and len(self._heard) < MOST:
            self._heard.add(need)
            self._send({"needs": need})
