"""What the safety lint finds in a model's code."""

from __future__ import annotations

from dataclasses import dataclass, replace

from reloc_lsp.program.safety.allowed_parts import FAMILIES, OF_ENVIRONMENT


@dataclass(frozen=True)
class Finding:
    """Something that a model's code does: `verb` and `word` make a sentence about it, such as "uses os.mkdir".

    The user allows it by its word. Two equal findings are the same thing, wherever they are.
    """

    verb: str
    word: str

    @property
    def family(self) -> Finding:
        """The finding that stands for all which have the same power; this one, if there are no others."""
        word = "os.environ" if self.word in OF_ENVIRONMENT else self.word
        known = next((family for family in FAMILIES if f"{word}.".startswith(f"{family}.")), self.word)
        return replace(self, word=known)

    def __str__(self) -> str:
        """The sentence, without a subject."""
        return f"{self.verb} {self.word}"


@dataclass(frozen=True)
class Refusal:
    """A finding that neither the list nor the file nor the user allows, at a `line` (from 1) of the unit."""

    finding: Finding
    line: int

    def __str__(self) -> str:
        """A sentence for the model and the user."""
        return f"line {self.line} {self.finding}"
