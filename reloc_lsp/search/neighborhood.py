"""Component 2, neighbourhood generation: which programs are one revision away? (ReLoc section 3.2)"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reloc_lsp.program.fingerprint import fingerprint
from reloc_lsp.search.candidate import Candidate


class Novelty:
    """Lets each program through once: what does not parse or equals an earlier one in AST-normal form is dropped."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def new(self, candidates: Iterable[Candidate]) -> Iterator[Candidate]:
        """The candidates worth an evaluation."""
        for candidate in candidates:
            try:
                mark = fingerprint(candidate.source)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
            if mark not in self._seen:
                self._seen.add(mark)
                yield candidate
