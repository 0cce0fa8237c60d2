"""Keeps bytecode between the processes of one search: compiling takes most of the time of importing.

The first process of a search writes what it compiles into a directory of its own. The controller takes this directory
away before any candidate runs, and lets later processes read it. Bytecode is used only if it matches the time and size
of its source, or its hash. The controller gives every source that it writes a unique modification time.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Optional

from ..protocol.messages import Setup
from . import importlib_compat

MISSING = os.path.join(os.devnull, "bytecode")
"""A path at which there is never a file."""


class BytecodeCache:
    """Finds the bytecode of a source: in the directories `kept`, beside the source, or beside the user's own file.

    `root` is the scratch copy of the workspace and `origin` the workspace. With `writable`, this process compiles what
    is missing and keeps it there.
    """

    def __init__(self, root: str, origin: str, kept: Sequence[str], writable: Optional[str]) -> None:
        self.root = root + os.sep
        self.origin = origin + os.sep
        self.writable = writable
        self.directories = [*([writable] if writable else []), *kept]

    @classmethod
    def of(cls, setup: Setup) -> BytecodeCache:
        """The cache in the directories that the controller named."""
        return cls(setup.root, setup.origin, setup.bytecode.kept, setup.bytecode.own)

    def install(self) -> None:
        """Use the cache for all imports from now on."""
        sys.dont_write_bytecode = not self.writable
        importlib_compat.redirect_bytecode(self.find, self.target)

    def find(self, path: str) -> str:
        """Where to read the bytecode that Python keeps at `path`; `MISSING` if there is none."""
        inside = path.startswith(self.root)
        if not inside and os.path.exists(path):
            return path
        key = self._key(path)
        for directory in self.directories:
            kept = os.path.join(directory, key)
            if os.path.exists(kept):
                return kept
        user_path = self.origin + key
        return user_path if inside and _is_checked(user_path) else MISSING

    def target(self, path: str) -> Optional[str]:
        """Where to write the bytecode that Python keeps at `path`; `None` if this process writes none."""
        return os.path.join(self.writable, self._key(path)) if self.writable else None

    def _key(self, path: str) -> str:
        """The path in a cache directory of the bytecode that Python keeps at `path`."""
        if path.startswith(self.root):
            return path[len(self.root) :]
        return os.path.join("elsewhere", os.path.splitdrive(path)[1].lstrip(os.sep))


def _is_checked(path: str) -> bool:
    """Whether there is bytecode that Python compares with its source before it is used (PEP 552)."""
    try:
        with open(path, "rb") as file:
            return file.read(8)[4:] in (bytes(4), b"\3\0\0\0")
    except OSError:
        return False
