"""Files outside of the workspace that its tests read by a relative path, such as those of the repository around it.

They are not in the scratch copy at first. The tests of the unchanged code show which they look for; these are copied
too, to the same place relative to the copy.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from reloc_lsp.evaluation.sandbox.copy_layout import LEVELS
from reloc_lsp.evaluation.workspace.copy_tree import CopiedWorkspace
from reloc_lsp.evaluation.workspace.user_files import UserFiles
from reloc_lsp.evaluation.workspace.withheld_files import WithheldFiles
from reloc_lsp.evaluation.workspace.workspace_scan import exceeds

MAX_ENTRIES, MAX_BYTES = 2_000, 50 << 20
"""A folder outside of the workspace with more files and folders, or more bytes, is not copied as a whole. Chosen by
hand, like the limits of a workspace that is copied."""


class OutsideFilesNeededError(Exception):
    """The tests look for files outside of the workspace, and these can be copied: `paths`, relative to it."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.paths = sorted(paths)
        super().__init__(f"The tests read {', '.join(self.paths)}.")


def can_be_copied(origin: Path, missing: Path, rule: WithheldFiles) -> str | None:
    """What to copy so that the file or folder `missing` is there, relative to the workspace; `None` for nothing.

    The largest folder that is not too large and does not hold the workspace. Nothing is copied that the `rule`
    withholds, that is hidden, that is in the user's home folder itself, or that is too far above the workspace; nor a
    link to any of these.
    """
    if not missing.exists() or missing.is_relative_to(origin):
        return None
    common = Path(os.path.commonpath([origin, missing]))
    inside = missing.relative_to(common)
    if origin in common.parents or len(origin.relative_to(common).parts) > len(LEVELS) or _is_shared(common):
        return None
    if _is_secret(missing, common, rule):
        return None
    for depth in range(1, len(inside.parts) + 1):
        path = common.joinpath(*inside.parts[:depth])
        if not _is_secret(path, common, rule) and (path.is_file() or not exceeds(path, MAX_ENTRIES, MAX_BYTES)):
            return os.path.relpath(path, origin)
    return None


def copy_outside(origin: Path, root: Path, path: str, rule: WithheldFiles) -> None:
    """Copy the file or folder `path`, relative to the workspace `origin`, to its place beside the copy at `root`."""
    source, target = (Path(os.path.normpath(base / path)) for base in (origin, root))
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        CopiedWorkspace(UserFiles(source), rule, lambda: False).create(target)
    else:
        shutil.copy2(source, target)


def _is_secret(path: Path, common: Path, rule: WithheldFiles) -> bool:
    """Whether a path below `common`, or what links in it lead to, is withheld, hidden or in the home folder itself."""
    home = _home()
    target = Path(os.path.realpath(path))
    names = [path.relative_to(common), target.relative_to(common if target.is_relative_to(common) else target.anchor)]
    return (
        any(rule.withholds(name.as_posix(), str(target)) for name in names)
        or any(part.startswith(".") for name in names for part in name.parts)
        or home in (target, target.parent)
        or target in home.parents
    )


def _is_shared(folder: Path) -> bool:
    """Whether a folder holds more than one project: the home folder, those above it, and the root of the system."""
    home = _home()
    return len(folder.parts) <= 2 or folder == home or folder in home.parents


def _home() -> Path:
    return Path(os.path.realpath(Path.home()))
