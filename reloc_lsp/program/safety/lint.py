"""The safety lint: a model's code may do what is listed, and what the user's file does already. Nothing else.

A candidate written by a model is read before it runs. What it may use is a list: syntax, builtins, parts of the
standard library and attributes that only compute, and what the file itself uses. Rewrites are not read: they are made
of the file's own code.

The lint is no security boundary by itself. It does not follow values, so a name that is harmless for one type may be a
power of another, and what the user's own functions do for their callers it does not know.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from typing import Protocol

from reloc_lsp.program.fingerprint import parse_unit
from reloc_lsp.program.safety.finding import Finding, Refusal
from reloc_lsp.program.safety.reading import Reading
from reloc_lsp.program.safety.rules import findings
from reloc_lsp.program.safety.vocabulary import NO_WORDS, ProjectWords, Vocabulary
from reloc_lsp.program.scope import Scope
from reloc_lsp.program.unit import PARSING_ERRORS, Module

_ENCODING = re.compile(r"(?:[ \t\f]*(?:#.*)?(?:\r\n?|\n))?[ \t\f]*#.*?coding[:=]")
"""A comment in the first two lines of a file that declares an encoding, so that Python reads other text."""

_UNUSUAL = re.compile(r"[^\t\n\f\r -~]")
"""Characters beyond those of usual code."""
_HIDING = ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")
"""The categories of Unicode whose characters hide code from its reader: controls, formats, separators of lines."""


class CandidateLint(Protocol):
    """What decides by its text whether a candidate that is not trusted runs."""

    def refusals(self, unit: str) -> Sequence[Refusal]:
        """Why the unit does not run; empty if it does."""


class NoLint:
    """Lets every candidate run: for measuring what the other walls stop."""

    def refusals(self, unit: str) -> Sequence[Refusal]:
        """Nothing."""
        return ()


class SafetyLint:
    """Reads candidates for the units of one file, whose text is `module`.

    `allowed` are words of findings that the user allows. `project` gives the words of the rest of the project; it is
    called once, and only if a candidate has an attribute that neither the lists nor the file have.
    """

    def __init__(
        self,
        module: str,
        allowed: Collection[str] = (),
        project: Callable[[], ProjectWords] = lambda: NO_WORDS,
    ) -> None:
        self._text = module
        self._allowed = frozenset(allowed)
        self._project = project

    def refusals(self, unit: str) -> tuple[Refusal, ...]:
        """What in the unit's lines is not allowed, each once, where it is first.

        Lines that do not parse have nothing: they fail their tests anyway.
        """
        found = [(finding, line) for finding, line in self._in_unit(unit) if finding.word not in self._allowed]
        if not found:
            return ()
        first: dict[Finding, int] = {}
        for finding, line in sorted(found, key=lambda found: found[1]):
            if finding.family not in self._known:
                first.setdefault(finding, line)
        return tuple(Refusal(finding, line) for finding, line in first.items())

    def _in_unit(self, unit: str) -> list[tuple[Finding, int]]:
        found: list[tuple[Finding, int]] = []
        if _ENCODING.match(unit):
            found.append((Finding("declares", "an encoding"), 1))
        for character in dict.fromkeys(_UNUSUAL.findall(unit)):
            if unicodedata.category(character) in _HIDING and character not in self._text:
                line = unit[: unit.index(character)].count("\n") + 1
                found.append((Finding("holds the character", f"U+{ord(character):04X}"), line))
        try:
            tree = parse_unit(unit)
            above = 1 if unit[:1].isspace() else 0
            reading = Reading(Scope(unit, tree, self._file), self._vocabulary)
            return [*found, *((finding, line - above) for finding, line in findings(reading))]
        except (RecursionError, MemoryError):
            # Python may still be able to run what cannot be read here.
            return [*found, (Finding("is", "too long or nested too deeply to be read"), 1)]
        except PARSING_ERRORS:
            return found

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
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary(self._file, self._project)

    @cached_property
    def _known(self) -> frozenset[Finding]:
        """What the file does, and its units read like candidates, so that unchanged code has nothing new."""
        known = {finding.family for finding, _ in findings(Reading(self._file, self._vocabulary))}
        for unit in self._module.functions:
            known.update(finding.family for finding, _ in self._in_unit(self._module.source(unit)))
        return frozenset(known)
