"""Which permissions tests require and which files they miss, found by the interpreter's audit events (PEP 578).

A run of the unchanged code shows by this what must be granted to its candidates. A C extension may act without an
event. Such a permission is not found here: then the tests fail in the sandbox, which the controller notices.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from ..protocol.records import PermissionRequired, Send
from .missing_files import MissingFiles

PERMISSION_OF_EVENT = {
    **dict.fromkeys(
        ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo",
         "socket.gethostbyname", "socket.gethostbyaddr"), "network"),
    **dict.fromkeys(
        ("subprocess.Popen", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.system"), "processes"),
    **dict.fromkeys(("os.chmod", "os.chown", "os.utime", "os.setxattr", "os.removexattr"), "attributes"),
}  # fmt: skip
"""Events whose system call the sandbox refuses unless the permission is granted."""

PATH_ARGUMENTS = {
    "os.mkdir": 1, "os.rmdir": 1, "os.remove": 1, "os.rename": 2, "os.link": 2, "os.symlink": 2, "os.truncate": 1,
    "sqlite3.connect": 1,
}  # fmt: skip
"""Events that change a directory, and how many of their first arguments are paths in one."""

READING_EVENTS = ("os.listdir", "os.scandir")
"""Events of reading a directory, whose path is their first argument."""
HANDLED_EVENTS = frozenset((*PERMISSION_OF_EVENT, *PATH_ARGUMENTS, *READING_EVENTS, "open", "import"))

WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
"""Flags of `open` by which a file, or the directory that holds it, may change."""
UNNAMED_FILE = getattr(os, "O_TMPFILE", -1)
"""The flag of `open` that makes a file without a name in the directory that is named."""
MAX_PERMISSIONS = 200
"""Permissions that are reported at most: more directories than that are not granted one by one. Chosen by hand."""


class AuditListener:
    """Sends a record `PermissionRequired` the first time that a permission is required.

    A permission is "network", "processes", "attributes", or the path of a directory in which something is written. The
    process may always write in its own directories `private`. `missing` is told of every path that is looked for.
    """

    def __init__(self, send: Send, missing: MissingFiles, *private: str) -> None:
        self._send = send
        self._missing = missing
        self._private = ("/proc/", *(directory + os.sep for directory in private))
        self._reported: set[str] = set()

    def install(self) -> None:
        """Listen until the process ends: an audit hook cannot be removed."""
        self._missing.watch_stat()
        sys.addaudithook(self._hook())

    def _hook(self) -> Callable[[str, tuple[Any, ...]], None]:
        busy = False

        def hook(event: str, arguments: tuple[Any, ...]) -> None:
            nonlocal busy
            if busy or event not in HANDLED_EVENTS:
                return
            busy = True
            try:
                self._handle(event, arguments)
            except (OSError, ValueError, TypeError):
                pass  # the argument is no path, or there is no such directory: the call itself fails for the test
            finally:
                busy = False

        return hook

    def _handle(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in PERMISSION_OF_EVENT:
            self._report(PERMISSION_OF_EVENT[event])
        elif event == "import":
            self._missing.imported(arguments[2])
        elif event in READING_EVENTS:
            self._missing.looked_for(arguments[0])
        elif event != "open":
            for path in arguments[: PATH_ARGUMENTS[event]]:
                self._report_parent(path)
        else:
            self._handle_open(*arguments)

    def _handle_open(self, path: Any, mode: Any, flags: int) -> None:
        self._missing.looked_for(path)
        if flags & UNNAMED_FILE == UNNAMED_FILE:
            self._report_directory(path)
        elif flags & WRITE_FLAGS:
            self._report_parent(path)

    def _report_parent(self, path: Any) -> None:
        if isinstance(path, int) or not path or path == ":memory:":
            return
        self._report_directory(os.path.dirname(os.path.realpath(os.fsdecode(path))))

    def _report_directory(self, path: Any) -> None:
        directory = os.path.realpath(os.fsdecode(path))
        if not (directory + os.sep).startswith(self._private) and directory != "/dev":
            self._report(directory)

    def _report(self, permission: str) -> None:
        if permission not in self._reported and len(self._reported) < MAX_PERMISSIONS:
            self._reported.add(permission)
            self._send(PermissionRequired(permission))
