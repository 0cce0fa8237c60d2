"""The files that say what a test demands: a candidate that changes one of them is not judged by it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

CONFIGURATION = (
    "pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "pyproject.toml", "tox.ini", "setup.cfg",
    "conftest.py", "sitecustomize.py", "usercustomize.py",
)  # fmt: skip


def guarded(root: Path, tests: Collection[str]) -> Mapping[Path, bytes | None]:
    """What the test files below `root`, and all that may configure them, hold now; `None` for what is not there."""
    files = [root / test for test in tests]
    folders = {folder for file in files for folder in file.parents if folder.is_relative_to(root)} | {root}
    files += [folder / name for folder in folders for name in CONFIGURATION]
    return {file: _content(file) for file in files}


def _content(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None
