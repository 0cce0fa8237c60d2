"""The workspace as the user sees it, for candidates to run in: the user's own files are never touched."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import tempfile
import threading
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.sandbox import Mount
from reloc_lsp.evaluation.workspace.cleanup import PREFIX, remove_leftovers, remove_tree, write_owner
from reloc_lsp.evaluation.workspace.cleanup_process import CleanupProcess
from reloc_lsp.evaluation.workspace.copy_tree import Copied
from reloc_lsp.evaluation.workspace.read_only_mount import Mounted
from reloc_lsp.evaluation.workspace.user_files import UserFiles
from reloc_lsp.evaluation.workspace.workspace_scan import is_large


class ScratchCopy:
    """One copy of the workspace below a temporary folder of its own; `close()` removes all of it.

    A large workspace is not copied if it is `mountable`, which it is behind an outer wall: then `root` is where
    processes find it mounted, and for everybody else an empty folder. `files` is the workspace as the user sees it.
    `kept_bytecode` are folders of what was compiled in it before any candidate ran.
    """

    def __init__(self, origin: Path, unsaved: Mapping[Path, str], *, mountable: bool = False) -> None:
        self.files = UserFiles(origin, unsaved)
        self.origin = self.files.root
        self.kept_bytecode: list[Path] = []
        self._untouched = True
        self._numbers = itertools.count(1)
        self._copying = threading.Lock()
        self._closed = False
        try:
            remove_leftovers()
            # A short real path: sockets in it have a length limit, and macOS has a symlink at /tmp.
            self.folder = Path(os.path.realpath(tempfile.mkdtemp(prefix=PREFIX)))
            write_owner(self.folder)
            self._cleanup_process = CleanupProcess(self.folder)
            self.root = self.folder / "copy" / "workspace" / self.origin.name
            self.mounted = mountable and is_large(self.origin)
            self._form = (
                Mounted(self.files, self.folder / "over") if self.mounted
                else Copied(self.files, lambda: self._closed)
            )  # fmt: skip
            self._fill(self.root)
        except (OSError, shutil.Error) as error:
            self.close()
            raise EvaluationError(
                f"The scratch copy of {origin} could not be made in {tempfile.gettempdir()}: {_first(error)}. "
                "Make room there or set TMPDIR to a folder with room."
            ) from error

    @property
    def linked_outside(self) -> set[Path]:
        """Places outside of the workspace that links in it lead to."""
        return self._form.linked

    def add_copy(self) -> Path:
        """The root of one more copy of the workspace as it is, for a cold run. May be called in any thread."""
        root = self.folder / f"copy-{next(self._numbers)}" / "workspace" / self.origin.name
        with self._copying:
            if not self._closed:
                self._fill(root)
        return root

    @property
    def bytecode_output(self) -> Path | None:
        """Where a process may leave bytecode, as long as no candidate was run here that could have a hand in it."""
        return self.folder_of(self.root) / "bytecode" if self._untouched else None

    def keep_bytecode(self) -> None:
        """Take what was compiled out of the reach of all processes; those to come may read it."""
        if self.bytecode_output is None or not self.bytecode_output.exists():
            return
        # A system that does not move what a process may have open: then each compiles for itself.
        with contextlib.suppress(OSError):
            self.kept_bytecode.append(self.bytecode_output.rename(self.folder / f"bytecode-{len(self.kept_bytecode)}"))

    def stop_keeping_bytecode(self) -> None:
        """From now on candidates are run in this copy."""
        self._untouched = False

    def log(self, tier: str) -> Path:
        """Where processes of a tier write what they print."""
        return self.folder / f"{tier}.log"

    def folder_of(self, root: Path) -> Path:
        """The folder that the copy at `root` shares with nothing but what belongs to it."""
        return root.parent.parent

    def remove(self, root: Path) -> None:
        """Remove a copy that `add_copy()` made."""
        self._form.remove(root)
        remove_tree(self.folder_of(root))

    def path_in_copy(self, path: Path, root: Path | None = None) -> Path:
        """Where the user's file `path` stands in the copy."""
        return (root or self.root) / self.files.relative(path)

    def content_path(self, root: Path, path: Path) -> Path:
        """Where the content is found of what processes find at `path`, which is below `root`."""
        return self._form.seen(root, path.relative_to(root))

    def mounts(self, root: Path) -> Sequence[Mount]:
        """What is to be mounted for a process in the copy at `root`."""
        return self._form.mounts(root)

    def make_writable(self, needs: Collection[str]) -> bool:
        """Let processes that start from now on write into folders of the copy that tests were seen to need.

        Whether that makes a difference: in a copy everything is writable, in a mounted workspace what was asked for.
        """
        folders = [Path(need).relative_to(self.root) for need in needs if Path(need).is_relative_to(self.root)]
        return self._form.make_writable(self.root, folders)

    def write(self, root: Path, path: Path, text: str) -> None:
        """Write `text` as the content of the user's file `path` in the copy at `root`, in that file's encoding.

        Raises `EvaluationError` for a file of which there is no copy, since it is not in the workspace.
        """
        if not self._form.put(root, self.files.relative(path), self.files.encoded(path, text)):
            raise EvaluationError(f"{path} is not in the workspace {self.origin}, so it cannot be revised there.")

    def close(self) -> None:
        """Remove the copy and everything beside it, also what a thread is just copying."""
        self._closed = True
        with self._copying:
            if hasattr(self, "folder"):
                remove_tree(self.folder)
            if hasattr(self, "_cleanup_process"):
                self._cleanup_process.stop()

    def _fill(self, root: Path) -> None:
        """Have the workspace at `root`, with unsaved editor texts over it."""
        self._form.lay(root)
        for name, text in self.files.unsaved.items():
            self._form.put(root, name, self.files.encoded(name, text))


def _first(error: Exception) -> str:
    if isinstance(error, shutil.Error) and error.args and isinstance(error.args[0], list):
        return str(error.args[0][0][-1])
    return str(getattr(error, "strerror", None) or error)
