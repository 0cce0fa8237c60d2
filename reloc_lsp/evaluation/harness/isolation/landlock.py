"""Rights on files, TCP and signals that a process gives up for good (Linux, Landlock), with no privilege needed.

Of the library's `landlock(7)` only what a child needs; the kernel's version decides how much of it there is.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Sequence

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
VERSION, PATH_BENEATH = 1, 1

WRITE_FILE, READ_FILE, READ_DIR, REFER, TRUNCATE = 1 << 1, 1 << 2, 1 << 3, 1 << 13, 1 << 14
READ = READ_FILE | READ_DIR
DEVICES = 1 << 6 | 1 << 11
# Removing and making entries of each kind; making devices is handled and never allowed.
CHANGE = WRITE_FILE | sum(1 << bit for bit in range(4, 13))
ON_FILES = WRITE_FILE | READ_FILE | TRUNCATE
TCP = 0b11
ABSTRACT_SOCKETS_AND_SIGNALS = 0b11
FIRST_WITH_REFER, FIRST_WITH_TRUNCATE, FIRST_WITH_TCP, FIRST_WITH_SCOPES = 2, 3, 4, 6

PR_SET_NO_NEW_PRIVS = 38


def version() -> int:
    """The version of Landlock's interface in this kernel; 0 where there is none."""
    try:
        found = ctypes.CDLL(None, use_errno=True).syscall(CREATE_RULESET, None, 0, VERSION)
    except (OSError, AttributeError, TypeError):  # not Linux
        return 0
    return max(0, int(found))


class Ruleset:
    """What stays allowed below which paths; everything else of what is governed is refused.

    `readable` of `None` leaves reading alone. Paths that do not exist are left out. Raises `OSError` where the kernel
    refuses.
    """

    def __init__(self, writable: Sequence[str], readable: Sequence[str] | None, *, network: bool) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        known = version()
        self.bounds_signals = known >= FIRST_WITH_SCOPES
        self._writing = CHANGE
        self._writing |= REFER if known >= FIRST_WITH_REFER else 0
        self._writing |= TRUNCATE if known >= FIRST_WITH_TRUNCATE else 0
        self._reading = 0 if readable is None else READ
        governed = struct.pack("Q", self._writing | self._reading)
        if known >= FIRST_WITH_TCP:
            governed += struct.pack("Q", 0 if network else TCP)
        if known >= FIRST_WITH_SCOPES:
            governed += struct.pack("Q", ABSTRACT_SOCKETS_AND_SIGNALS)
        self._fd = self._done(self._libc.syscall(CREATE_RULESET, governed, len(governed), 0))
        for path in readable or ():
            self._allow(path, self._reading)
        for path in writable:
            self._allow(path, (self._writing & ~DEVICES) | self._reading)

    def apply(self) -> None:
        """Put the rules over this process for good; raises `OSError` where the kernel does not do so."""
        self._done(self._libc.prctl(PR_SET_NO_NEW_PRIVS, 1, None, 0, 0))
        self._done(self._libc.syscall(RESTRICT_SELF, self._fd, 0))

    def close(self) -> None:
        """Let go of the rules; processes that have raised them keep them."""
        os.close(self._fd)

    def _allow(self, path: str, rights: int) -> None:
        try:
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            return
        try:
            if not stat.S_ISDIR(os.fstat(place).st_mode):
                rights &= ON_FILES
            if rights:
                rule = struct.pack("=Qi", rights, place)
                self._done(self._libc.syscall(ADD_RULE, self._fd, PATH_BENEATH, rule, 0))
        finally:
            os.close(place)

    @staticmethod
    def _done(result: int) -> int:
        if result < 0:
            number = ctypes.get_errno()
            raise OSError(number, f"Landlock: {os.strerror(number)}")
        return int(result)
