"""The scratch copy of the workspace, in which candidates run. The user's own files are never changed."""

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
from reloc_lsp.evaluation.sandbox.copy_layout import copied_root, copy_folder
from reloc_lsp.evaluation.workspace.cleanup import PREFIX, remove_leftovers, remove_tree, write_owner
from reloc_lsp.evaluation.workspace.cleanup_process import CleanupProcess
from reloc_lsp.evaluation.workspace.copy_tree import CopiedWorkspace
from reloc_lsp.evaluation.workspace.outside_files import can_be_copied, copy_outside
from reloc_lsp.evaluation.workspace.read_only_mount import MountedWorkspace
from reloc_lsp.evaluation.workspace.user_files import UserFiles
from reloc_lsp.evaluation.workspace.withheld_files import WithheldFiles
from reloc_lsp.evaluation.workspace.workspace_scan import is_large

MAX_HIDING_MOUNTS = 200
"""Withheld files and folders at most in a workspace that is mounted; one with more is copied. bubblewrap's time grows
with the square of the number of mounts. Chosen by hand."""


class ScratchCopy:
    """A copy of the workspace `origin` in a temporary folder of its own. `close()` removes the folder.

    `unsaved` has unsaved texts of the editor, which replace the texts on disk. The root of the copy is `root`; further
    copies can be added. Each copy has its own folder, `folder_of(root)`, in which its processes may write.

    A large workspace is not copied if it is `mountable`, which requires a container. Then `root` is the path at which
    processes see the mounted workspace, and an empty folder for the controller.

    `outside` are files and folders outside of the workspace, relative to it, that are copied too.
    `withhold` are the user's patterns of files that no process can see; see `WithheldFiles`. `files` is the workspace
    as the user sees it. `empty_file` is shown to processes in place of a file that is hidden. `kept_bytecode` are
    folders with bytecode that was compiled before any candidate ran. The constructor raises `EvaluationError` if the
    copy cannot be made.
    """

    def __init__(
        self,
        origin: Path,
        unsaved: Mapping[Path, str],
        *,
        mountable: bool = False,
        withhold: Sequence[str] = (),
        outside: Sequence[str] = (),
    ) -> None:
        self.files = UserFiles(origin, unsaved)
        self.origin = self.files.root
        self.withholding = WithheldFiles(withhold)
        self.outside = outside
        self.kept_bytecode: list[Path] = []
        self._keeps_bytecode = True
        self._numbers = itertools.count(1)
        self._copying = threading.Lock()
        self._closed = False
        try:
            remove_leftovers()
            # A short path without links: the paths of sockets in it have a length limit, and /tmp of macOS is a link.
            self.folder = Path(os.path.realpath(tempfile.mkdtemp(prefix=PREFIX)))
            write_owner(self.folder)
            self.empty_file = self.folder / "empty"
            self.empty_file.touch()
            self._cleanup_process = CleanupProcess(self.folder)
            self.root = copied_root(self.folder / "copy", self.origin.name)
            mounted = self._mounted_workspace() if mountable and is_large(self.origin) else None
            self.mounted = mounted is not None
            self._workspace = mounted or CopiedWorkspace(self.files, self.withholding, lambda: self._closed)
            self._create(self.root)
        except (OSError, shutil.Error) as error:
            self.close()
            raise EvaluationError(
                f"The scratch copy of {origin} could not be made in {tempfile.gettempdir()}: {_first_reason(error)}. "
                "Make room there or set TMPDIR to a folder with room."
            ) from error

    @property
    def linked_outside(self) -> set[Path]:
        """Paths outside of the workspace that links in it lead to."""
        return self._workspace.linked_outside

    @property
    def withheld(self) -> Collection[str]:
        """The paths in the workspace that no process can see, because they look like secrets."""
        return self._workspace.withheld

    def add_copy(self) -> Path:
        """Make one more copy of the workspace, for a cold run, and return its root. Any thread may call this."""
        root = copied_root(self.folder / f"copy-{next(self._numbers)}", self.origin.name)
        with self._copying:
            if not self._closed:
                self._create(root)
        return root

    def hide(self, root: Path, names: Collection[Path]) -> None:
        """Take the files and folders `names`, relative to the workspace, out of the copy at `root`."""
        outside = [name for name in names if name.is_absolute() or ".." in name.parts]
        if outside:
            raise ValueError(f"{outside[0]} is not a path in the copy")
        self._workspace.hide(root, names)

    @property
    def bytecode_output(self) -> Path | None:
        """The folder in which a process may store bytecode; `None` once candidates may have changed it."""
        return self.folder_of(self.root) / "bytecode" if self._keeps_bytecode else None

    def keep_bytecode(self) -> None:
        """Move the stored bytecode to where no process can change it. Later processes may read it."""
        if self.bytecode_output is None or not self.bytecode_output.exists():
            return
        # Some systems do not move a folder with open files. Then each process compiles for itself.
        with contextlib.suppress(OSError):
            self.kept_bytecode.append(self.bytecode_output.rename(self.folder / f"bytecode-{len(self.kept_bytecode)}"))

    def stop_keeping_bytecode(self) -> None:
        """Keep no more bytecode, because candidates will run in this copy and may have changed it."""
        self._keeps_bytecode = False

    def log(self, tier: str) -> Path:
        """The file to which the processes of a tier write their output."""
        return self.folder / f"{tier}.log"

    def folder_of(self, root: Path) -> Path:
        """The folder that holds the copy at `root` and the files of its processes, and nothing of other copies."""
        return copy_folder(root)

    def remove(self, root: Path) -> None:
        """Remove a copy that `add_copy()` made."""
        self._workspace.remove(root)
        remove_tree(self.folder_of(root))

    def path_in_copy(self, path: Path, root: Path | None = None) -> Path:
        """The path of the user's file `path` in the copy at `root`, or in the first copy."""
        return (root or self.root) / self.files.relative(path)

    def outside_files(self, missing: Collection[str]) -> set[str]:
        """What to copy besides, relative to the workspace, so that paths that are `missing` beside a copy are there."""
        found = set()
        for name in missing:
            path = self.original_path(Path(name))
            found.add(can_be_copied(self.origin, path, self.withholding) if path else None)
        return {path for path in found if path is not None}.difference(self.outside)

    def original_path(self, path: Path) -> Path | None:
        """What `path`, which is in or beside a copy, is for the workspace itself; `None` for any other path."""
        if not path.is_relative_to(self.folder):
            return None
        beside = self.folder / path.relative_to(self.folder).parts[0]
        return Path(os.path.normpath(self.origin / os.path.relpath(path, copied_root(beside, self.origin.name))))

    def content_path(self, root: Path, path: Path) -> Path:
        """Where the controller reads what processes see at `path`, which is below `root`."""
        return self._workspace.content_path(root, path.relative_to(root))

    def mounts(self, root: Path) -> Sequence[Mount]:
        """The mounts for a process in the copy at `root`."""
        return self._workspace.mounts(root)

    def make_writable(self, required: Collection[str]) -> bool:
        """Make the folders of the first copy writable that tests `required`, for processes that start later.

        Returns whether this changed something: a copied workspace is always writable, a mounted one is not.
        """
        folders = [Path(name).relative_to(self.root) for name in required if Path(name).is_relative_to(self.root)]
        return self._workspace.make_writable(self.root, folders)

    def write(self, root: Path, path: Path, text: str) -> None:
        """Write `text` as the content of the user's file `path` in the copy at `root`, in that file's encoding.

        Raises `EvaluationError` if the file is not in the workspace, so that there is no copy of it.
        """
        if not self._workspace.write_file(root, self.files.relative(path), self.files.encoded(path, text)):
            raise EvaluationError(f"{path} is not in the workspace {self.origin}, so it cannot be revised there.")

    def close(self) -> None:
        """Remove all copies and the files of all processes. A copy that another thread is making is cancelled."""
        self._closed = True
        with self._copying:
            if hasattr(self, "folder"):
                remove_tree(self.folder)
            if hasattr(self, "_cleanup_process"):
                self._cleanup_process.stop()

    def _mounted_workspace(self) -> MountedWorkspace | None:
        """The mounts of the workspace; `None` if it takes too many of them to hide what is withheld."""
        mounted = MountedWorkspace(self.files, self.withholding, self.folder / "over", self.empty_file)
        return mounted if len(mounted.withheld) <= MAX_HIDING_MOUNTS else None

    def _create(self, root: Path) -> None:
        """Make a copy of the workspace at `root`, with the unsaved texts in it."""
        self._workspace.create(root)
        for path in self.outside:
            copy_outside(self.origin, root, path, self.withholding)
        for name, text in self.files.unsaved.items():
            if self.withholding.withholds(name.as_posix(), str(self.origin / name)):
                continue
            self._workspace.write_file(root, name, self.files.encoded(name, text))


def _first_reason(error: Exception) -> str:
    if isinstance(error, shutil.Error) and error.args and isinstance(error.args[0], list):
        return str(error.args[0][0][-1])
    return str(getattr(error, "strerror", None) or error)
