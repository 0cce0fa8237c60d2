"""Diffs and traces on disk, which editors can show (`window/showDocument`)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from reloc_lsp.program.shown_text.visible_text import visible_diff

if TYPE_CHECKING:
    from tempfile import TemporaryDirectory


class TemporaryFiles:
    """A temporary folder that is created at its first use and removed when the server ends."""

    def __init__(self) -> None:
        self._folder: TemporaryDirectory[str] | None = None

    def write_diff(self, qualname: str, diff: str) -> str:
        """Write `diff`, as it is shown, to a file named after the unit and return its URI. Raises `OSError`."""
        name = re.sub(r"\W+", "_", qualname) or "revision"
        path = self.path(f"{name}.diff")
        path.write_text(visible_diff(diff), "utf-8")
        return path.as_uri()

    def path(self, name: str) -> Path:
        """The path of a file with that name in the folder. Raises `OSError` if the folder cannot be created."""
        from tempfile import TemporaryDirectory

        if self._folder is None:
            self._folder = TemporaryDirectory(prefix="reloc-", ignore_cleanup_errors=True)
        return Path(self._folder.name, name)

    def close(self) -> None:
        """Remove the folder."""
        if self._folder is not None:
            self._folder.cleanup()
