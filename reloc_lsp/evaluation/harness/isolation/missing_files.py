"""Which files beside the copy of the workspace the tests look for and do not find.

A workspace may be a part of a repository, whose other parts are not copied at first.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from ..protocol.messages import Setup
from ..protocol.records import FileMissing, Send

MAX_MISSING = 50
"""Paths that are reported at most. Chosen by hand."""


class MissingFiles:
    """Sends a record `FileMissing` the first time that a path is looked for which is beside the copy and not there."""

    def __init__(self, send: Send, setup: Setup) -> None:
        self._send = send
        self._root = setup.root + os.sep
        beside = os.path.relpath(setup.root, setup.scratch).split(os.sep)[0]
        self._area = os.path.join(setup.scratch, beside) + os.sep
        self._seen: set[str] = set()

    def looked_for(self, path: Any) -> None:
        """A path is opened, listed or examined."""
        if isinstance(path, int) or not path:
            return
        full = os.path.normpath(os.path.join(os.getcwd(), os.fsdecode(path)))
        if not full.startswith(self._area) or full in self._seen or (full + os.sep).startswith(self._root):
            return
        self._seen.add(full)
        if len(self._seen) <= MAX_MISSING and not os.path.lexists(full):
            self._send(FileMissing(full))

    def imported(self, search_path: Iterable[Any] | None) -> None:
        """A module is imported from one of the directories in `search_path`."""
        for directory in search_path or ():
            self.looked_for(directory)

    def watch_stat(self) -> None:
        """Notice also paths that are only asked about, which is no audit event."""
        stat = os.stat

        def watched(path: Any, *arguments: Any, **options: Any) -> os.stat_result:
            try:
                return stat(path, *arguments, **options)
            except FileNotFoundError:
                self.looked_for(path)
                raise

        os.stat = watched
