"""The workspace as its user sees it: the files on disk, or the unsaved text of the editor where there is one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from reloc_lsp.program.source_text import SourceText

NO_TEXTS: Mapping[Path, str] = MappingProxyType({})


class UserFiles:
    """Reads the files below `root`. `unsaved` has the unsaved texts by the path of their file.

    Paths may be absolute, or relative to the root. If the root is reached by a symbolic link, absolute paths may begin
    with the link or with its target.
    """

    def __init__(self, root: Path, unsaved: Mapping[Path, str] = NO_TEXTS) -> None:
        self.root = Path(os.path.realpath(root))
        self._given_root = Path(os.path.abspath(root))
        self.unsaved = {self.relative(path): text for path, text in unsaved.items()}

    def relative(self, path: Path) -> Path:
        """`path` relative to the root. It begins with `..` if it is outside of the workspace."""
        absolute = Path(os.path.abspath(self.root / path))
        for base in (self.root, self._given_root):
            if absolute.is_relative_to(base):
                return absolute.relative_to(base)
        return Path(os.path.relpath(os.path.realpath(absolute), self.root))

    def read(self, path: Path) -> bytes:
        """The content of a file as the user sees it. Raises `OSError` if it cannot be read."""
        name = self.relative(path)
        if name in self.unsaved:
            return self.encoded(name, self.unsaved[name])
        return (self.root / name).read_bytes()

    def encoded(self, path: Path, text: str) -> bytes:
        """`text` in the encoding that the file has on disk; in UTF-8 if the file has none that can be read."""
        try:
            return SourceText.read(self.root / self.relative(path)).encode(text)
        except (OSError, SyntaxError, UnicodeError):
            return text.encode("utf-8", "surrogatepass")
