"""Which test files to collect for a unit: the likely ones first, found without running or importing anything."""

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

SMALL_SUITE_FILES = 25
LARGE_SUITE_FILES = 200
UNUSUAL_PATTERNS = ("tests.py", "test.py", "*_tests.py", "*tests.py")
"""Names that pytest collects only when they are named, for projects that have no others."""
_CONFIGURATION = {
    "pytest.toml": "pytest", ".pytest.toml": "pytest", "pytest.ini": "pytest", ".pytest.ini": "pytest",
    "pyproject.toml": "tool.pytest", "tox.ini": "pytest", "setup.cfg": "tool:pytest",
}  # fmt: skip
"""pytest's configuration files, the first of which that has the section holds, and their sections."""
SMALL_SUITE_BYTES = 400_000
MOST_READ_FILES, MOST_READ_BYTES = 2_000, 32 << 20


@dataclass(frozen=True)
class PytestLayout:
    """Where the project's pytest configuration says that tests are."""

    testpaths: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ("test_*.py", "*_test.py")


def pytest_layout(user: UserFiles) -> PytestLayout:
    """Read testpaths and python_files from the first of pytest's configuration files that holds them."""
    options = _ini_options(user)
    split = {key: tuple(v.split() if isinstance(v, str) else v) for key, v in options.items()}
    return PytestLayout(split.get("testpaths", ()), split.get("python_files") or PytestLayout.patterns)


def test_files(user: UserFiles, layout: PytestLayout) -> list[Path]:
    """All test files of the workspace (of its testpaths, if it names any that exist), relative to it, sorted."""
    root = user.root
    starts = [place for pattern in layout.testpaths for place in _places(root, pattern)] or [root]
    new = {str(root / name) for name in user.unsaved if not (root / name).exists()}
    for patterns in (layout.patterns, UNUSUAL_PATTERNS):
        matches = _matcher(patterns)
        found = {str(start) for start in starts if start.is_file()}
        found.update(path for start in starts for path in _walk(str(start), matches))
        found.update(path for path in new if matches(path) and any(map(Path(path).is_relative_to, starts)))
        if found:
            break
    return sorted(Path(path).relative_to(root) for path in found)


def likely_groups(user: UserFiles, files: list[Path], file: str, qualname: str | None) -> list[list[str]]:
    """Test files in groups to try one after the other: those that speak of the unit, then all.

    In a large suite those go before that name the unit, its module and its package. Of very many files only those
    are read whose names are the nearest to the unit's.
    """
    names = [path.as_posix() for path in files]
    if qualname is None and not file:
        return [names]
    words = _Words.of(file, qualname)
    by_name = {name: words.in_name(name) for name in names}
    folders = set(Path(file).parts[:-1])
    nearest = sorted(names, key=lambda name: (-by_name[name], -len(folders.intersection(name.split("/"))), name))
    closeness, size = dict(by_name), 0
    direct = set()
    for name in nearest[:MOST_READ_FILES]:
        if size > MOST_READ_BYTES:
            break
        text = _content(user, name)
        size += len(text)
        said = words.in_text(text)
        closeness[name] += said
        if said == words.all:
            direct.add(name)
    ranked = sorted(names, key=lambda name: (-closeness[name], name))
    if len(names) <= SMALL_SUITE_FILES and size <= SMALL_SUITE_BYTES:
        return [ranked] if ranked else []
    close = [name for name in ranked if closeness[name] >= 2][:SMALL_SUITE_FILES]
    nearest = [name for name in close if name in direct] if len(names) > LARGE_SUITE_FILES else []
    return [group for group in (nearest if nearest != close else [], close, ranked) if group]


@dataclass(frozen=True)
class _Words:
    """How likely it is that tests reach a unit, by the words in them and their weights."""

    stem: str
    weights: Mapping[re.Pattern[bytes], int]

    @classmethod
    def of(cls, file: str, qualname: str | None) -> _Words:
        parts = Path(file).with_suffix("").parts
        stem = parts[-2] if parts[-1] == "__init__" and len(parts) > 1 else parts[-1]
        own = [part for part in (qualname or "").split(".") if part not in ("<locals>", "")]
        weights = {_word(re.escape(part)): 1 for part in {stem, *parts[-2:-1]}}
        around = "|".join(map(re.escape, own[:-1]))
        if around:
            weights[_word(around)] = 2
        if own and not own[-1].startswith("__"):
            weights[_word(re.escape(own[-1]))] = 4
        return cls(stem, weights)

    @property
    def all(self) -> float:
        """The weight of a text with all of the words."""
        return float(sum(self.weights.values()))

    def in_name(self, name: str) -> float:
        """By the name of the tests' file alone."""
        return 3.0 * (self.stem.strip("_") in re.sub(r"\W", "_", Path(name).stem))

    def in_text(self, text: bytes) -> float:
        """By what the file says."""
        return float(sum(weight for word, weight in self.weights.items() if word.search(text)))


def _word(pattern: str) -> re.Pattern[bytes]:
    # In bytes every letter beyond ASCII is several that are no letters.
    around = rb"[\w\x80-\xff]"
    middle = pattern.encode("utf-8", "surrogatepass")
    return re.compile(rb"(?<!" + around + rb")(?:" + middle + rb")(?!" + around + rb")")


def _content(user: UserFiles, name: str) -> bytes:
    try:
        return user.read(Path(name))
    except OSError:
        return b""


def _places(root: Path, pattern: str) -> list[Path]:
    """What one entry of testpaths names: a path, or a pattern of paths."""
    plain = root / pattern
    return [plain] if plain.exists() else sorted(root.glob(pattern))


def _walk(start: str, matches: Callable[[str], bool]) -> Iterator[str]:
    waiting = [start]
    while waiting:
        for entry in list_entries(waiting.pop()):
            # pytest takes no other file for a module; of a folder full of data the names alone are looked at.
            if entry.name.endswith(".py"):
                if matches(entry.path) and entry.is_file():
                    yield entry.path
            elif entry.is_dir(follow_symlinks=False) and not _is_passed_over(entry):
                waiting.append(entry.path)


def _is_passed_over(folder: os.DirEntry[str]) -> bool:
    name = folder.name
    return name.startswith(".") or name in ("build", "dist") or is_excluded(folder.path, name)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _matcher(patterns: Sequence[str]) -> Callable[[str], bool]:
    """As pytest matches python_files: a pattern with a slash against the end of the path, others against the name."""
    of_names = _any_of(pattern for pattern in patterns if "/" not in pattern)
    of_paths = _any_of(f"*/{pattern}" for pattern in patterns if "/" in pattern)

    def matches(path: str) -> bool:
        name = os.path.basename(path)
        if of_names(os.path.normcase(name)):
            return True
        return name not in ("__init__.py", "conftest.py") and bool(of_paths(Path(path).as_posix()))

    return matches


def _any_of(patterns: Iterable[str]) -> Callable[[str], Any]:
    translated = [fnmatch.translate(os.path.normcase(pattern)) for pattern in patterns]
    return re.compile("|".join(translated)).match if translated else lambda _: None


def _ini_options(user: UserFiles) -> dict[str, str | list[str]]:
    for name, section in _CONFIGURATION.items():
        try:
            text = user.read(Path(name)).decode("utf-8")
            table = _toml_table(text, section) if name.endswith(".toml") else _ini_section(text, section)
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, configparser.Error):
            continue
        if isinstance(table, Mapping):
            return {k: v for k, v in table.items() if isinstance(v, str) or _is_texts(v)}
    return {}


def _toml_table(text: str, section: str) -> Any:
    """The table of that dotted name; its options as pytest before version 9 spells them, if there are such."""
    table: Any = tomllib.loads(text)
    for key in section.split("."):
        table = table.get(key) if isinstance(table, dict) else None
    return table.get("ini_options", table) if isinstance(table, dict) else None


def _ini_section(text: str, section: str) -> Mapping[str, str] | None:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    return parser[section] if parser.has_section(section) else None
