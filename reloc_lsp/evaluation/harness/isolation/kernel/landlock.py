"""Landlock (Linux): a process gives up rights on files, TCP and signals for good, without any privilege.

See `landlock(7)`. Only what a child process needs is here. The kernel's version decides which rights can be restricted.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Sequence
from typing import Optional

from ...protocol.values import ReadingRules

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
"""System call numbers, the same on every machine."""
CREATE_RULESET_VERSION, RULE_PATH_BENEATH = 1, 1

WRITE_FILE, READ_FILE, READ_DIR, REFER, TRUNCATE = 1 << 1, 1 << 2, 1 << 3, 1 << 13, 1 << 14
READ = READ_FILE | READ_DIR
MAKE_DEVICES = 1 << 6 | 1 << 11
"""Making character and block devices: always restricted, never allowed."""
CHANGE = WRITE_FILE | sum(1 << bit for bit in range(4, 13))
"""Writing files, and removing or making directory entries of each kind."""
FILE_RIGHTS = WRITE_FILE | READ_FILE | TRUNCATE
"""The rights that a rule for a file, not a directory, may hold."""
TCP = 0b11
ABSTRACT_SOCKETS_AND_SIGNALS = 0b11
FIRST_WITH_REFER, FIRST_WITH_TRUNCATE, FIRST_WITH_TCP, FIRST_WITH_SCOPES = 2, 3, 4, 6
"""Landlock versions that introduced each right."""

PR_SET_NO_NEW_PRIVS = 38


def version() -> int:
    """The version of Landlock in this kernel; 0 where there is none."""
    try:
        found = ctypes.CDLL(None, use_errno=True).syscall(CREATE_RULESET, None, 0, CREATE_RULESET_VERSION)
    except (OSError, AttributeError, TypeError):  # not Linux
        return 0
    return max(0, int(found))


class Ruleset:
    """Paths below which reading or writing stays allowed. Every other use of the restricted rights is refused.

    `reading` of `None` does not restrict reading. `writable` of `None` restricts neither writing nor signals. Paths
    that do not exist are left out. `limits_signals` is true where the kernel also refuses signals to processes outside
    of the restricted ones. Raises `OSError` where the kernel refuses the ruleset.
    """

    def __init__(self, writable: Optional[Sequence[str]], reading: Optional[ReadingRules], *, network: bool) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        known = version()
        self.limits_signals = known >= FIRST_WITH_SCOPES and writable is not None
        self._write_rights = 0 if writable is None else CHANGE
        self._write_rights |= TRUNCATE if known >= FIRST_WITH_TRUNCATE and writable is not None else 0
        # A ruleset that does not restrict this right forbids it everywhere.
        self._write_rights |= REFER if known >= FIRST_WITH_REFER else 0
        self._read_rights = 0 if reading is None else READ
        restricted = struct.pack("Q", self._write_rights | self._read_rights)
        if known >= FIRST_WITH_TCP:
            restricted += struct.pack("Q", 0 if network else TCP)
        if known >= FIRST_WITH_SCOPES:
            restricted += struct.pack("Q", ABSTRACT_SOCKETS_AND_SIGNALS if self.limits_signals else 0)
        self._fd = self._checked(self._libc.syscall(CREATE_RULESET, restricted, len(restricted), 0))
        if reading is not None:
            for path in reading.readable:
                self._allow(path, READ)
            for path in reading.listed:
                self._allow(path, READ_DIR)
        if writable is None:
            self._allow("/", self._write_rights)
        for path in writable or ():
            self._allow(path, (self._write_rights & ~MAKE_DEVICES) | self._read_rights)

    def apply(self) -> None:
        """Restrict this process for good; raises `OSError` where the kernel refuses."""
        self._checked(self._libc.prctl(PR_SET_NO_NEW_PRIVS, 1, None, 0, 0))
        self._checked(self._libc.syscall(RESTRICT_SELF, self._fd, 0))

    def close(self) -> None:
        """Release the ruleset. Processes that applied it stay restricted."""
        os.close(self._fd)

    def _allow(self, path: str, rights: int) -> None:
        try:
            fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            return
        try:
            if not stat.S_ISDIR(os.fstat(fd).st_mode):
                rights &= FILE_RIGHTS
            if rights:
                rule = struct.pack("=Qi", rights, fd)
                self._checked(self._libc.syscall(ADD_RULE, self._fd, RULE_PATH_BENEATH, rule, 0))
        finally:
            os.close(fd)

    @staticmethod
    def _checked(result: int) -> int:
        if result < 0:
            number = ctypes.get_errno()
            raise OSError(number, f"Landlock: {os.strerror(number)}")
        return int(result)
