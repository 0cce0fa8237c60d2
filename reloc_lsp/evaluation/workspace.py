"""A scratch copy of the workspace as the user sees it: candidates run there, the user's files are never touched."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path

from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.keeper import Keeper
from reloc_lsp.evaluation.leftovers import PREFIX, remove_leftovers, remove_tree, sign
from reloc_lsp.program.text import SourceText

SKIPPED = {
    ".git", ".hg", ".svn", "__pycache__", "node_modules", ".tox", ".nox", ".mypy_cache", ".pytest_cache",
    ".ruff_cache", ".hypothesis", ".idea", ".vscode", ".eggs",
}  # fmt: skip


class ScratchCopy:
    """One copy of the workspace below a temporary folder of its own; `close()` removes all of it.

    `linked` are folders outside of the workspace that links in it lead to: they are not copied.
    """

    def __init__(self, origin: Path, unsaved: Mapping[Path, str]) -> None:
        self.origin = Path(os.path.realpath(origin))
        self.unsaved = unsaved
        self.linked: set[Path] = set()
        self._numbers = itertools.count(1)
        self._copying = threading.Lock()
        self._closed = False
        try:
            remove_leftovers()
            # A short real path: sockets in it have a length limit, and macOS has a symlink at /tmp.
            self.folder = Path(os.path.realpath(tempfile.mkdtemp(prefix=PREFIX)))
            sign(self.folder)
            self._keeper = Keeper(self.folder)
            self.root = self.folder / "copy" / "workspace" / self.origin.name
            self.fill(self.root)
        except (OSError, shutil.Error) as error:
            self.close()
            raise EvaluationError(
                f"The scratch copy of {origin} could not be made in {tempfile.gettempdir()}: {_first(error)}. "
                "Make room there or set TMPDIR to a folder with room."
            ) from error

    def another(self) -> Path:
        """The root of one more copy of the workspace as it is, for a cold run. May be called in any thread."""
        root = self.folder / f"copy-{next(self._numbers)}" / "workspace" / self.origin.name
        with self._copying:
            if not self._closed:
                self.fill(root)
        return root

    def log(self, tier: str) -> Path:
        """Where processes of a tier write what they print."""
        return self.folder / f"{tier}.log"

    def beside(self, root: Path) -> Path:
        """The folder that the copy at `root` shares with nothing but what belongs to it."""
        return root.parent.parent

    def remove(self, root: Path) -> None:
        """Remove a copy that `another()` made."""
        remove_tree(self.beside(root))

    def fill(self, root: Path) -> None:
        """Copy the workspace to `root` and lay unsaved editor text over it."""
        self._copy(self.origin, root)
        for path, text in self.unsaved.items():
            self.write(root, path, text)

    def place(self, path: Path, root: Path | None = None) -> Path:
        """Where the user's file `path` stands in the copy."""
        absolute = Path(os.path.abspath(path))
        for base in (self.origin, Path(os.path.abspath(self.origin))):
            if absolute.is_relative_to(base):
                return (root or self.root) / absolute.relative_to(base)
        real = Path(os.path.realpath(path))
        return (root or self.root) / os.path.relpath(real, self.origin)

    def write(self, root: Path, path: Path, text: str) -> None:
        """Write `text` as the content of the user's file `path` in the copy at `root`, in that file's encoding."""
        copy = self.place(path, root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        try:
            data = SourceText.read(copy).encode(text)
        except (OSError, SyntaxError, UnicodeError):
            data = text.encode("utf-8", "surrogatepass")
        copy.write_bytes(data)

    def close(self) -> None:
        """Remove the copy and everything beside it, also what a thread is just copying."""
        self._closed = True
        with self._copying:
            if hasattr(self, "folder"):
                remove_tree(self.folder)
            if hasattr(self, "_keeper"):
                self._keeper.dismiss()

    def _copy(self, source: Path, target: Path) -> None:
        if self._closed:
            return
        target.mkdir(parents=True, exist_ok=True)
        with os.scandir(source) as entries:
            for entry in entries:
                place = target / entry.name
                if entry.is_symlink():
                    self._copy_link(Path(entry.path), place)
                elif entry.is_dir():
                    if entry.name not in SKIPPED and not Path(entry.path, "pyvenv.cfg").exists():
                        self._copy(Path(entry.path), place)
                elif entry.is_file():
                    shutil.copy2(entry.path, place)

    def _copy_link(self, link: Path, place: Path) -> None:
        """A link into the workspace stays a link, now into the copy; what lies outside is linked if it is a folder."""
        real = Path(os.path.realpath(link))
        if real.is_relative_to(self.origin):
            inside = Path(os.path.realpath(link.parent))
            place.symlink_to(os.path.relpath(real, inside), target_is_directory=real.is_dir())
        elif real.is_file():
            shutil.copy2(real, place)
        elif real.is_dir() and not (real / "pyvenv.cfg").exists():
            place.symlink_to(real, target_is_directory=True)
            self.linked.add(real)


def _first(error: Exception) -> str:
    if isinstance(error, shutil.Error) and error.args and isinstance(error.args[0], list):
        return str(error.args[0][0][-1])
    return str(getattr(error, "strerror", None) or error)
