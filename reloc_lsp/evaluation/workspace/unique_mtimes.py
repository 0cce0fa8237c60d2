"""Writes files with unique modification times, so that Python never uses the bytecode of an earlier content.

Python uses a `.pyc` file if it has the modification time and the size of its source, and two candidates may have texts
of the same size.
"""

from __future__ import annotations

import itertools
import os
import stat
from pathlib import Path

FIRST_MTIME = 10**9
"""Seconds since 1970: a day in 2001, so that the user's own files have other times."""


class UniqueMtimeWriter:
    """Writes files. Each one has a modification time of its own, one second after the one before."""

    def __init__(self) -> None:
        self._mtimes = itertools.count(FIRST_MTIME)

    def write(self, path: Path, data: bytes) -> None:
        """Write `data` to `path`, also where it is a copy of a file that is read-only. The folder must exist."""
        try:
            path.write_bytes(data)
        except PermissionError:
            path.chmod(stat.S_IMODE(path.stat().st_mode) | stat.S_IWUSR)
            path.write_bytes(data)
        mtime = next(self._mtimes)
        os.utime(path, (mtime, mtime))
