"""Shell patterns for relative paths, compared with very many paths."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable

_SPECIAL = re.compile(r"[*?\[]")


class PathPatterns:
    """Patterns of the shell (`fnmatch`), regardless of case.

    A pattern without a slash is compared with the last part of a path, another one with the whole path, in which `*`
    stands for slashes too. A slash at the end means nothing.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        lower = [pattern.lower().rstrip("/") for pattern in patterns]
        names = [pattern for pattern in lower if pattern and "/" not in pattern]
        # Most patterns name a suffix, and to compare those one by one takes ten times as long.
        suffixes = [name for name in names if name.startswith("*") and not _SPECIAL.search(name[1:])]
        self._suffixes = tuple(name[1:] for name in suffixes)
        self._names = _any_of(name for name in names if name not in suffixes)
        self._paths = _any_of(pattern for pattern in lower if "/" in pattern)

    def match(self, path: str) -> bool:
        """Whether one of the patterns matches the relative `path`."""
        path = path.lower()
        name = path[path.rfind("/") + 1 :]
        return (
            name.endswith(self._suffixes)
            or (self._names is not None and self._names.match(name) is not None)
            or (self._paths is not None and self._paths.match(path) is not None)
        )

    def match_parent(self, path: str) -> bool:
        """Whether one of the patterns matches the `path` or a folder above it."""
        while path:
            if self.match(path):
                return True
            path = path.rpartition("/")[0]
        return False


def _any_of(patterns: Iterable[str]) -> re.Pattern[str] | None:
    translated = [fnmatch.translate(pattern) for pattern in patterns]
    return re.compile("|".join(translated)) if translated else None
