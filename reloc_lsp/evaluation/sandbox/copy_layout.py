"""Where the copy of a workspace is in the folder of the copy, which also holds the files of its processes."""

from __future__ import annotations

from pathlib import Path

LEVELS = ("workspace", "2", "1")
"""Folders between the folder of a copy and the copy itself. They stand for the folders above the workspace, as far up
as files can be copied too. Their number is chosen by hand."""


def copied_root(folder: Path, name: str) -> Path:
    """The root of the copy of a workspace called `name` in the `folder` of the copy."""
    return folder.joinpath(*LEVELS, name)


def copy_folder(root: Path) -> Path:
    """The folder of the copy at `root`."""
    return root.parents[len(LEVELS)]
