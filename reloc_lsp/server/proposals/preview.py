"""Diffs and traces on disk, for editors to show (`window/showDocument`)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tempfile import TemporaryDirectory


class Preview:
    """A folder of files that is made when first needed and goes with the server."""

    def __init__(self) -> None:
        self._folder: TemporaryDirectory[str] | None = None

    def write(self, name: str, diff: str) -> str:
        """Write `diff` to a file named after the unit; the file's address. Raises `OSError`."""
        plain = re.sub(r"\W+", "_", name) or "revision"
        path = self.path(f"{plain}.diff")
        path.write_text(diff, "utf-8")
        return path.as_uri()

    def path(self, name: str) -> Path:
        """Where a file of that name may be written. Raises `OSError`."""
        from tempfile import TemporaryDirectory

        if self._folder is None:
            self._folder = TemporaryDirectory(prefix="reloc-", ignore_cleanup_errors=True)
        return Path(self._folder.name, name)

    def close(self) -> None:
        """Remove the folder."""
        if self._folder is not None:
            self._folder.cleanup()
