"""The safety lint: what a candidate could do to the code around it that the user's file does not do already.

Candidates written by a model run in the same process as the tests, so they are checked before they run. The lint
catches accidents and simple cheating. It is no security boundary: code that hides what it does can pass it.
"""

from __future__ import annotations

from functools import cached_property

from reloc_lsp.program import safety_rules
from reloc_lsp.program.fingerprint import parse_unit
from reloc_lsp.program.scope import Scope
from reloc_lsp.program.unit import PARSING_ERRORS, Module


class SafetyLint:
    """Checks candidates for the units of one file, whose text is `module`."""

    def __init__(self, module: str) -> None:
        self._text = module

    def violations(self, unit: str) -> tuple[str, ...]:
        """A short sentence for each violation in the unit's lines that the file does not have already.

        Lines that do not parse have none: they fail their tests anyway.
        """
        found = self._in_unit(unit)
        return tuple(sentence for sentence in found if sentence not in self._known) if found else ()

    def _in_unit(self, unit: str) -> dict[str, None]:
        try:
            tree = parse_unit(unit)
        except (RecursionError, MemoryError):
            # Python may still be able to run what cannot be parsed here.
            return {"is nested too deeply to be read": None}
        except PARSING_ERRORS:
            return {}
        return dict.fromkeys(safety_rules.violations(Scope(unit, tree, self._file)))

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
        """The violations of the file, and of its units checked like candidates, so that unchanged code has none."""
        units = (self._in_unit(self._module.source(unit)) for unit in self._module.functions)
        return frozenset(safety_rules.violations(self._file)).union(*units)
