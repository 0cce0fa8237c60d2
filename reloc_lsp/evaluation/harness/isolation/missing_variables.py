"""Which environment variables the project's code looks for and does not find: they may be withheld from the tests."""

from __future__ import annotations

import os
import sys
from typing import Any

from ..protocol.records import Send, VariableMissing

MAX_FRAMES = 60
"""Frames in which code of the project is looked for, from the lookup outwards. Chosen by hand."""
MAX_VARIABLES = 50
"""Variables that are reported at most. Chosen by hand."""


class MissingVariables:
    """Sends a record `VariableMissing` the first time that code of the project looks for a variable in vain.

    `root` is the copy of the workspace. A lookup by a library counts if the project called the library.
    """

    def __init__(self, send: Send, root: str) -> None:
        self._send = send
        self._root = os.path.realpath(root) + os.sep
        self._seen: set[str] = set()

    def watch(self) -> None:
        """Notice every lookup in `os.environ` from now on."""
        environment: Any = type(os.environ)
        lookup = environment.__getitem__

        def watched(variables: Any, name: Any) -> Any:
            try:
                return lookup(variables, name)
            except KeyError:
                self._missed(name)
                raise

        environment.__getitem__ = watched

    def _missed(self, name: Any) -> None:
        if not isinstance(name, str) or name in self._seen or len(self._seen) >= MAX_VARIABLES:
            return
        frame = sys._getframe(2)
        for _ in range(MAX_FRAMES):
            file = frame.f_code.co_filename  # absolute, but for code without a file
            if os.path.isabs(file) and os.path.realpath(file).startswith(self._root):
                self._seen.add(name)
                self._send(VariableMissing(name))
                return
            if frame.f_back is None:
                return
            frame = frame.f_back
