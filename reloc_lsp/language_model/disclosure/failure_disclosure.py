"""The failures of a version as a prompt may tell them: a known class, a foreseen message, the innermost line."""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from dataclasses import replace

from reloc_lsp.language_model.disclosure.message_templates import GENERAL, SLOT, Template, assertion_templates
from reloc_lsp.language_model.disclosure.user_words import ELISION, MAX_WORDS, WORD, WordBudget, words_of
from reloc_lsp.search.verdict import Failure

MAX_FAILURES = 5
"""Failures of a version that one prompt tells. Each says a little by its class, its line and its test. Chosen by
hand."""
MAX_MESSAGE_LENGTH = 300
"""Characters of a message that are considered. Chosen by hand."""
MIN_NAME = 3
"""Characters of a word in the name of a test from which on it must be known. Chosen by hand: parameters are often
numbered."""
_BUILTIN = {
    name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, BaseException)
}
KNOWN_EXCEPTIONS = frozenset(_BUILTIN) | {
    "JSONDecodeError", "InvalidOperation", "DivisionByZero", "StatisticsError", "FrozenInstanceError", "Empty", "Full",
    "InvalidStateError", "CalledProcessError", "AddressValueError", "NetmaskValueError", "ParseError", "ArgumentError",
    "IncompleteReadError", "ZoneInfoNotFoundError", "NoSectionError", "NoOptionError", "PicklingError",
    "UnpicklingError", "HTTPError", "URLError", "Failed", "Exit", "Skipped", "Untrue", "NotRun",
}  # fmt: skip
"""Exceptions that may be named though no code in the prompt does: those of Python, its library, pytest
and the harness."""
UNNAMED = "Exception"
"""Stands for an exception of whose classes none is known."""


class FailureDisclosure:
    """Tells failures for one prompt. `texts` are the texts of the user in it, whose words may be repeated.

    `left` is how many such words all failures together may hold.
    """

    def __init__(self, texts: Iterable[str], left: int = MAX_WORDS) -> None:
        self._known = words_of(texts)
        self.left = left

    def test_name(self, test: str, test_source: str) -> str:
        """A node id without words that neither the source of the test nor the rest of the prompt holds.

        Parameters of tests can be made at run time from anything; so can the name of a test that has no source.
        """
        written, separator, made = test.partition("[" if test_source else "::")
        known = self._known | words_of([test_source])
        shown = WORD.sub(lambda match: match[0] if match[0] in known or len(match[0]) < MIN_NAME else ELISION, made)
        return written + separator + shown

    def own_failure(self, failure: Failure, test_source: str) -> Failure:
        """A failure of the unchanged code: the words of the user's tests, as they are.

        In the lines in which pytest explains operands, words are left out that neither the test nor the prompt holds:
        there it prints every argument, whatever it holds.
        """
        words = WordBudget(self._known | words_of([test_source]), left=len(failure.message))
        lines = failure.message.splitlines(keepends=True)
        shown = [words.shown(line) if line.lstrip().startswith("+ ") else line for line in lines]
        return replace(failure, message="".join(shown))

    def failure(self, failure: Failure, test_source: str, before: Failure | None) -> Failure:
        """What may be told of a failure; `before` is the failure of the unchanged code in the same test."""
        if failure.trusted:
            return failure
        own = self.own_failure(before, test_source) if before else None
        known = self._known | words_of([test_source, own.message if own else ""])
        kind = _kind(failure, known, own)
        if own and before and failure.message == before.message:
            message = own.message
        else:
            message = self._message(failure.message, test_source, known)
        return replace(failure, kind=kind, bases=(), message=message, unit_lines=failure.unit_lines[-1:])

    def _message(self, message: str, test_source: str, known: frozenset[str]) -> str:
        line = _telling_line(message)
        for template in (*assertion_templates(test_source), *GENERAL):
            slots = template.slots(line)
            if slots is not None:
                return self._filled(template, slots, known)
        return self._filled(Template.of(SLOT), (line,), known)

    def _filled(self, template: Template, slots: Iterable[str], known: frozenset[str]) -> str:
        budget = WordBudget(known, self.left)
        shown = template.filled([budget.shown(slot) for slot in slots])
        self.left = budget.left
        return "" if shown.strip(f"{ELISION}'\" ") == "" else shown


def _telling_line(message: str) -> str:
    """The line of a message that tells most: that of the assertion below the words of a test, else the first."""
    lines = message[:MAX_MESSAGE_LENGTH].splitlines() or [""]
    return next((line for line in lines[1:2] if line.startswith("assert ")), lines[0])


def _kind(failure: Failure, known: frozenset[str], before: Failure | None) -> str:
    """The class of the exception, or the nearest of its bases that is known."""
    for name in (failure.kind, *failure.bases):
        in_prompt = all(word in known for word in WORD.findall(name)) and name.isidentifier()
        if name in KNOWN_EXCEPTIONS or in_prompt or (before and name == before.kind):
            return name
    return UNNAMED
