"""Test selection: which test files to collect for a unit, those that most likely cover it first.

Nothing is run or imported. The names of test files and the words in them decide.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reloc_lsp.evaluation.workspace.user_files import UserFiles

SMALL_SUITE_FILES = 25
"""A suite with more test files is tried in groups, and the first groups have at most this many. Chosen by hand."""
SMALL_SUITE_BYTES = 400_000
"""A suite whose source is longer is tried in groups too. Chosen by hand."""
LARGE_SUITE_FILES = 200
"""In a suite with more test files, the first group has only files with all words of the unit. Chosen by hand."""
MAX_READ_FILES, MAX_READ_BYTES = 2_000, 32 << 20
"""Of a larger suite only this much is read, in the order of how near the names of the files are. Chosen by hand."""
CLOSE_WEIGHT = 2
"""Least weight of a file that likely covers the unit. The module's name in its text alone is less. Chosen by hand."""
FILE_NAME_WEIGHT = 3
"""Weight of a test file that has the name of the unit's module in its own name. Chosen by hand."""
NAME_WEIGHT, SCOPE_WEIGHT, MODULE_WEIGHT = 4, 2, 1
"""Weights of words in a test file: the unit's name, one of its classes or outer functions, its module or folder.

Chosen by hand.
"""


def likely_groups(user: UserFiles, files: list[Path], file: str, qualname: str | None) -> list[list[str]]:
    """The test `files` in groups, to be tried one after the other until tests cover the unit. The last group has all.

    A small suite is one group. Otherwise the first group has the files that likely cover the unit `qualname` of `file`,
    and in a large suite there is one group more before it: files with all words of the unit.
    """
    names = [path.as_posix() for path in files]
    if qualname is None and not file:
        return [names]
    words = _UnitWords.of(file, qualname)
    weights = {name: words.weight_of_name(name) for name in names}
    folders = set(Path(file).parts[:-1])
    nearest = sorted(names, key=lambda name: (-weights[name], -len(folders.intersection(name.split("/"))), name))
    size = 0
    complete = set()
    for name in nearest[:MAX_READ_FILES]:
        if size > MAX_READ_BYTES:
            break
        text = _content(user, name)
        size += len(text)
        weight = words.weight_of_text(text)
        weights[name] += weight
        if weight == words.total:
            complete.add(name)
    ranked = sorted(names, key=lambda name: (-weights[name], name))
    if len(names) <= SMALL_SUITE_FILES and size <= SMALL_SUITE_BYTES:
        return [ranked] if ranked else []
    close = [name for name in ranked if weights[name] >= CLOSE_WEIGHT][:SMALL_SUITE_FILES]
    closest = [name for name in close if name in complete] if len(names) > LARGE_SUITE_FILES else []
    return [group for group in (closest if closest != close else [], close, ranked) if group]


@dataclass(frozen=True)
class _UnitWords:
    """The words that name a unit, with their weights. `stem` is the name of its module."""

    stem: str
    weights: Mapping[re.Pattern[bytes], int]

    @classmethod
    def of(cls, file: str, qualname: str | None) -> _UnitWords:
        parts = Path(file).with_suffix("").parts
        stem = parts[-2] if parts[-1] == "__init__" and len(parts) > 1 else parts[-1]
        names = [part for part in (qualname or "").split(".") if part not in ("<locals>", "")]
        weights = {_word(re.escape(part)): MODULE_WEIGHT for part in {stem, *parts[-2:-1]}}
        scopes = "|".join(map(re.escape, names[:-1]))
        if scopes:
            weights[_word(scopes)] = SCOPE_WEIGHT
        if names and not names[-1].startswith("__"):
            weights[_word(re.escape(names[-1]))] = NAME_WEIGHT
        return cls(stem, weights)

    @property
    def total(self) -> float:
        """The weight of a text with all of the words."""
        return float(sum(self.weights.values()))

    def weight_of_name(self, name: str) -> float:
        """The weight of the name of a test file."""
        return float(FILE_NAME_WEIGHT * (self.stem.strip("_") in re.sub(r"\W", "_", Path(name).stem)))

    def weight_of_text(self, text: bytes) -> float:
        """The weight of the words in a test file's text."""
        return float(sum(weight for word, weight in self.weights.items() if word.search(text)))


def _word(pattern: str) -> re.Pattern[bytes]:
    """A pattern for whole words in UTF-8 text, where all bytes of letters outside of ASCII are at least 0x80."""
    letter = rb"[\w\x80-\xff]"
    middle = pattern.encode("utf-8", "surrogatepass")
    return re.compile(rb"(?<!" + letter + rb")(?:" + middle + rb")(?!" + letter + rb")")


def _content(user: UserFiles, name: str) -> bytes:
    try:
        return user.read(Path(name))
    except OSError:
        return b""
