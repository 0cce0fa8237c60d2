"""Which test files to collect for a unit: the likely ones first, found without running or importing anything."""

from __future__ import annotations

import configparser
import fnmatch
import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reloc_lsp.evaluation.workspace import SKIPPED

SMALL_SUITE_FILES = 25
UNUSUAL_PATTERNS = ("tests.py", "test.py", "*_tests.py", "*tests.py")
"""Names that pytest collects only when they are named, for projects that have no others."""
_CONFIGURATION = {
    "pytest.toml": "pytest", ".pytest.toml": "pytest", "pytest.ini": "pytest", ".pytest.ini": "pytest",
    "pyproject.toml": "tool.pytest", "tox.ini": "pytest", "setup.cfg": "tool:pytest",
}  # fmt: skip
"""pytest's configuration files, the first of which that has the section holds, and their sections."""
SMALL_SUITE_BYTES = 400_000


@dataclass(frozen=True)
class PytestLayout:
    """Where the project's pytest configuration says that tests are."""

    testpaths: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ("test_*.py", "*_test.py")


def pytest_layout(root: Path) -> PytestLayout:
    """Read testpaths and python_files from the first of pytest's configuration files that holds them."""
    options = _ini_options(root)
    split = {key: tuple(v.split() if isinstance(v, str) else v) for key, v in options.items()}
    return PytestLayout(split.get("testpaths", ()), split.get("python_files") or PytestLayout.patterns)


def test_files(root: Path, layout: PytestLayout) -> list[Path]:
    """All test files below `root` (its testpaths, if it names any that exist), relative to it, sorted."""
    starts = [root / place for pattern in layout.testpaths for place in _places(root, pattern)] or [root]
    for patterns in (layout.patterns, UNUSUAL_PATTERNS):
        found = {path for start in starts for path in ([start] if start.is_file() else _walk(start, patterns))}
        if found:
            break
    return sorted(path.relative_to(root) for path in found)


def likely_groups(root: Path, files: list[Path], file: str, qualname: str | None) -> list[list[str]]:
    """Test files in groups to try one after the other: those that speak of the unit, then all."""
    names = [path.as_posix() for path in files]
    sizes = sum((root / path).stat().st_size for path in files)
    if qualname is None and not file:
        return [names]
    ranked = sorted(names, key=lambda name: (-_closeness(root / name, name, file, qualname), name))
    if len(names) <= SMALL_SUITE_FILES and sizes <= SMALL_SUITE_BYTES:
        return [ranked] if ranked else []
    close = [name for name in ranked if _closeness(root / name, name, file, qualname) >= 2][:SMALL_SUITE_FILES]
    return [group for group in (close, ranked) if group]


def _closeness(path: Path, name: str, file: str, qualname: str | None) -> float:
    """How likely it is that the tests in `path` reach the unit, from names alone."""
    try:
        text = path.read_text("utf-8", "replace")
    except OSError:
        return 0.0
    parts = Path(file).with_suffix("").parts
    stem = parts[-2] if parts[-1] == "__init__" and len(parts) > 1 else parts[-1]
    score = 0.0
    if qualname:
        own = [part for part in qualname.split(".") if part != "<locals>"]
        score += 4 * _speaks_of(text, own[-1]) if not own[-1].startswith("__") else 0
        score += 2 * any(_speaks_of(text, part) for part in own[:-1])
    score += 3 * (stem.strip("_") in re.sub(r"\W", "_", Path(name).stem))
    score += 1 * _speaks_of(text, stem)
    return score


def _places(root: Path, pattern: str) -> list[Path]:
    """What one entry of testpaths names: a path, or a pattern of paths."""
    plain = root / pattern
    return [plain] if plain.exists() else sorted(root.glob(pattern))


def _speaks_of(text: str, name: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", text) is not None


def _walk(start: Path, patterns: Sequence[str]) -> Iterator[Path]:
    for folder, inner, files in os.walk(start):
        inner[:] = [
            d
            for d in inner
            if d not in SKIPPED
            and not d.startswith(".")
            and d not in ("build", "dist")
            and not Path(folder, d, "pyvenv.cfg").exists()
        ]
        for name in files:
            if any(_matches(Path(folder, name), pattern) for pattern in patterns):
                yield Path(folder, name)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _matches(path: Path, pattern: str) -> bool:
    """As pytest matches python_files: a pattern with a slash against the end of the path, others against the name."""
    if "/" not in pattern:
        return fnmatch.fnmatch(path.name, pattern)
    return path.name not in ("__init__.py", "conftest.py") and fnmatch.fnmatch(path.as_posix(), f"*/{pattern}")


def _ini_options(root: Path) -> dict[str, str | list[str]]:
    for name, section in _CONFIGURATION.items():
        try:
            text = (root / name).read_text("utf-8")
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
