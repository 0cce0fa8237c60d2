"""What a candidate could do to the code around it that the user's file does not do, told before the candidate runs.

Candidates are written by a model and run in the process that judges them. This tells honest ones from the others; it is
no wall: code that is meant to hide what it does can.
"""

from __future__ import annotations

from functools import cached_property

from reloc_lsp.program.fingerprint import parse_unit
from reloc_lsp.program.safety_rules import sentences
from reloc_lsp.program.scope import Scope
from reloc_lsp.program.unit import PARSING_ERRORS, Module


class SafetyLint:
    """Compares candidates for the units of one file with that file."""

    def __init__(self, module: str) -> None:
        self._text = module

    def violations(self, unit: str) -> tuple[str, ...]:
        """A short sentence for each way to reach around its caller that the unit's lines have and the file has not.

        Lines that do not parse have none: they fail otherwise.
        """
        found = self._in_unit(unit)
        return tuple(sentence for sentence in found if sentence not in self._known) if found else ()

    def _in_unit(self, unit: str) -> dict[str, None]:
        try:
            tree = parse_unit(unit)
        except (RecursionError, MemoryError):
            # Python may be able to run what it cannot show.
            return {"is nested too deeply to be read": None}
        except PARSING_ERRORS:
            return {}
        return dict.fromkeys(sentences(Scope(unit, tree, self._file)))

    @cached_property
    def _module(self) -> Module:
        try:
            return Module(self._text)
        except PARSING_ERRORS:
            return Module("")

    @cached_property
    def _file(self) -> Scope:
        return Scope(self._module.text, self._module.tree)

    @cached_property
    def _known(self) -> frozenset[str]:
        """What the file has: as a whole, and read like candidates, so that what is not changed is never a hazard."""
        units = (self._in_unit(self._module.source(unit)) for unit in self._module.functions)
        return frozenset(sentences(self._file)).union(*units)
