"""Equal candidates are evaluated once: duplicates are dropped before they reach the evaluator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reloc_lsp.program.fingerprint import fingerprint
from reloc_lsp.search.candidate import Candidate


class Deduplicator:
    """Drops candidates that do not parse, and those whose program was seen before (equal fingerprints)."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def unseen(self, candidates: Iterable[Candidate]) -> Iterator[Candidate]:
        """The candidates with a program that is new; it counts as seen from then on."""
        for candidate in candidates:
            try:
                digest = fingerprint(candidate.source)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
            if digest not in self._seen:
                self._seen.add(digest)
                yield candidate
