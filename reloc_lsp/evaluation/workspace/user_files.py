"""The workspace as its user sees it: the files on disk, with unsaved editor texts laid over them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from reloc_lsp.program.source_text import SourceText

NONE: Mapping[Path, str] = MappingProxyType({})


class UserFiles:
    """Files below `root`, read only. `unsaved` has texts by the file's path relative to the root.

    Names that are given are absolute, or relative to the root; a workspace that is reached by a link has both of its
    names.
    """

    def __init__(self, root: Path, unsaved: Mapping[Path, str] = NONE) -> None:
        self.root = Path(os.path.realpath(root))
        self._named = Path(os.path.abspath(root))
        self.unsaved = {self.relative(path): text for path, text in unsaved.items()}

    def relative(self, path: Path) -> Path:
        """`path` relative to the root; with `..` in front where it is not of the workspace."""
        absolute = Path(os.path.abspath(self.root / path))
        for base in (self.root, self._named):
            if absolute.is_relative_to(base):
                return absolute.relative_to(base)
        return Path(os.path.relpath(os.path.realpath(absolute), self.root))

    def read(self, path: Path) -> bytes:
        """What the user sees in the file; raises `OSError`."""
        name = self.relative(path)
        if name in self.unsaved:
            return self.encoded(name, self.unsaved[name])
        return (self.root / name).read_bytes()

    def encoded(self, path: Path, text: str) -> bytes:
        """`text` as content of the file, in the encoding of what it holds on the disk."""
        try:
            return SourceText.read(self.root / self.relative(path)).encode(text)
        except (OSError, SyntaxError, UnicodeError):
            return text.encode("utf-8", "surrogatepass")
