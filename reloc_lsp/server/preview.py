"""Diffs on disk, for editors that can show a file (`window/showDocument`) and know nothing of proposals."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tempfile import TemporaryDirectory


class Preview:
    """A folder of diffs that is made when first needed and goes with the server."""

    def __init__(self) -> None:
        self._folder: TemporaryDirectory[str] | None = None

    def write(self, name: str, diff: str) -> str:
        """Write `diff` to a file named after the unit; the file's address. Raises `OSError`."""
        from tempfile import TemporaryDirectory

        if self._folder is None:
            self._folder = TemporaryDirectory(prefix="reloc-", ignore_cleanup_errors=True)
        plain = re.sub(r"\W+", "_", name) or "revision"
        path = Path(self._folder.name, f"{plain}.diff")
        path.write_text(diff, "utf-8")
        return path.as_uri()

    def close(self) -> None:
        """Remove the folder."""
        if self._folder is not None:
            self._folder.cleanup()
