"""Finds the test files of a workspace as pytest would, without running or importing anything."""

from __future__ import annotations

import configparser
import fnmatch
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reloc_lsp.evaluation.workspace.user_files import UserFiles
from reloc_lsp.evaluation.workspace.workspace_scan import is_excluded, list_entries

UNUSUAL_PATTERNS = ("tests.py", "test.py", "*_tests.py", "*tests.py")
"""Names of test files that pytest collects only if they are named. Used if a project has no other test files."""
DOCTEST_MODULES = "--doctest-modules"
"""The option by which pytest collects the doctests of modules."""
_CONFIGURATION_FILES = {
    "pytest.toml": "pytest", ".pytest.toml": "pytest", "pytest.ini": "pytest", ".pytest.ini": "pytest",
    "pyproject.toml": "tool.pytest", "tox.ini": "pytest", "setup.cfg": "tool:pytest",
}  # fmt: skip
"""pytest's configuration files and their sections. pytest reads the first file that has the section."""


@dataclass(frozen=True)
class PytestLayout:
    """What tests are, by pytest's configuration.

    `testpaths` is the option of that name, `patterns` is `python_files`, `functions` is `python_functions`, and
    `classes` is `python_classes`. `doctests` is true if pytest collects the doctests of every module.
    """

    testpaths: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ("test_*.py", "*_test.py")
    functions: tuple[str, ...] = ("test",)
    classes: tuple[str, ...] = ("Test",)
    doctests: bool = False


def pytest_layout(user: UserFiles) -> PytestLayout:
    """Read the options from pytest's configuration file, if there is one."""
    options = _ini_options(user)
    split = {key: tuple(v.split() if isinstance(v, str) else v) for key, v in options.items()}
    return PytestLayout(
        split.get("testpaths", ()),
        split.get("python_files") or PytestLayout.patterns,
        split.get("python_functions") or PytestLayout.functions,
        split.get("python_classes") or PytestLayout.classes,
        DOCTEST_MODULES in split.get("addopts", ()),
    )


def is_test_file(name: str, layout: PytestLayout) -> bool:
    """Whether pytest would collect the file with this path, relative to the workspace."""
    return name.endswith(".py") and _matcher(layout.patterns)(f"/{name}")


def test_files(user: UserFiles, layout: PytestLayout) -> list[Path]:
    """The test files of the workspace, relative to it and sorted.

    Only the testpaths are searched, if the configuration names any that exist. New files that are not saved yet count.
    """
    root = user.root
    starts = [path for pattern in layout.testpaths for path in _expanded(root, pattern)] or [root]
    unsaved = {str(root / name) for name in user.unsaved if not (root / name).exists()}
    for patterns in (layout.patterns, UNUSUAL_PATTERNS):
        matches = _matcher(patterns)
        found = {str(start) for start in starts if start.is_file()}
        found.update(path for start in starts for path in _walk(str(start), matches))
        found.update(path for path in unsaved if matches(path) and any(map(Path(path).is_relative_to, starts)))
        if found:
            break
    return sorted(Path(path).relative_to(root) for path in found)


def _expanded(root: Path, pattern: str) -> list[Path]:
    """The paths that one entry of testpaths names. The entry is a path or a glob pattern."""
    path = root / pattern
    return [path] if path.exists() else sorted(root.glob(pattern))


def _walk(start: str, matches: Callable[[str], bool]) -> Iterator[str]:
    waiting = [start]
    while waiting:
        for entry in list_entries(waiting.pop()):
            # Only `.py` files are modules for pytest. Other files are skipped by their name, without a system call.
            if entry.name.endswith(".py"):
                if matches(entry.path) and entry.is_file():
                    yield entry.path
            elif entry.is_dir(follow_symlinks=False) and not _is_skipped(entry):
                waiting.append(entry.path)


def _is_skipped(folder: os.DirEntry[str]) -> bool:
    name = folder.name
    return name.startswith(".") or name in ("build", "dist") or is_excluded(folder.path, name)


def _matcher(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Matches paths as pytest does for `python_files`.

    A pattern with a slash is compared with the end of the path, another one with the name of the file.
    """
    matches_name = _any_of(pattern for pattern in patterns if "/" not in pattern)
    matches_path = _any_of(f"*/{pattern}" for pattern in patterns if "/" in pattern)

    def matches(path: str) -> bool:
        name = os.path.basename(path)
        if matches_name(os.path.normcase(name)):
            return True
        return name not in ("__init__.py", "conftest.py") and bool(matches_path(Path(path).as_posix()))

    return matches


def _any_of(patterns: Iterable[str]) -> Callable[[str], Any]:
    translated = [fnmatch.translate(os.path.normcase(pattern)) for pattern in patterns]
    return re.compile("|".join(translated)).match if translated else lambda _: None


def _ini_options(user: UserFiles) -> dict[str, str | list[str]]:
    for name, section in _CONFIGURATION_FILES.items():
        try:
            text = user.read(Path(name)).decode("utf-8")
            table = _toml_table(text, section) if name.endswith(".toml") else _ini_section(text, section)
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, configparser.Error):
            continue
        if isinstance(table, Mapping):
            return {k: v for k, v in table.items() if isinstance(v, str) or _is_string_list(v)}
    return {}


def _toml_table(text: str, section: str) -> Any:
    """The table with this dotted name; its inner table `ini_options`, if it has one, as pytest before 9 requires."""
    table: Any = tomllib.loads(text)
    for key in section.split("."):
        table = table.get(key) if isinstance(table, dict) else None
    return table.get("ini_options", table) if isinstance(table, dict) else None


def _ini_section(text: str, section: str) -> Mapping[str, str] | None:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    return parser[section] if parser.has_section(section) else None


def _is_string_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
