"""What a model reads around a hole: the function, and above it, as a comment, what the tests want."""

from __future__ import annotations

import ast
import textwrap
from dataclasses import dataclass

from reloc_lsp.language_model.cloze.holes import Hole
from reloc_lsp.language_model.disclosure.failure_disclosure import FailureDisclosure
from reloc_lsp.language_model.feedback import distinct_failures
from reloc_lsp.search.candidate import Node, Task
from reloc_lsp.search.interfaces.language_model import Gap
from reloc_lsp.search.verdict import TestResult

MAX_TESTS = 2
"""Failing tests above a hole. Chosen by hand: a small model writes worse below a long comment, and reads slowly."""
MAX_ASSERTIONS = 4
"""Assertions of one test above a hole. Chosen by hand."""
MAX_LINES_BEFORE, MAX_LINES_AFTER = 60, 25
"""Lines of the function before and after a hole. Chosen by hand: what is far from a hole matters little for it, and a
model on a processor reads slowly."""
MAX_LINE = 160
"""Characters of one line of the comment. Chosen by hand."""


@dataclass(frozen=True)
class GapPrompts:
    """Builds the text around the holes of one task's versions."""

    task: Task

    def gap(self, node: Node, source: str, hole: Hole) -> Gap:
        """The text before and after a hole of the version `source`, which is that of `node` with line feeds.

        No blanks stand before the gap: the first word of a model's text has them within its first token, so a model
        that is given them already writes worse.
        """
        indentation = source[: len(source) - len(source.lstrip(" \t"))]
        comment = textwrap.indent("".join(f"# {line}\n" for line in self._wanted(node)), indentation)
        before, after = source[: hole.start].split("\n"), source[hole.end :].split("\n")
        if len(before) > MAX_LINES_BEFORE:
            before = [before[0], f"{hole.indentation}# ...", *before[-MAX_LINES_BEFORE:]]
        prefix, suffix = "\n".join(before), "\n".join(after[:MAX_LINES_AFTER])
        return Gap((comment + prefix + hole.opening).rstrip(" \t"), hole.closing + suffix)

    def _wanted(self, node: Node) -> list[str]:
        """What some failing tests of a version assert, and how they fail."""
        disclosure = FailureDisclosure((self.task.source,))
        lines: list[str] = []
        for test in distinct_failures(node.verdict)[:MAX_TESTS]:
            code = self.task.test_sources.get(test, "")
            lines += assertions(code)
            lines += self._message(test, node.verdict.results[test], code, disclosure, node)
        return [line[:MAX_LINE] for line in dict.fromkeys(lines)]

    def _message(
        self, test: str, result: TestResult, code: str, disclosure: FailureDisclosure, node: Node
    ) -> list[str]:
        """The first line of the message of a failure, as far as a model may read it."""
        failure = result.failure
        if failure is None:
            return []
        before = self.task.verdict.results[test].failure if test in self.task.verdict.results else None
        unchanged = node.identity == 0
        shown = disclosure.own_failure(failure, code) if unchanged else disclosure.failure(failure, code, before)
        message = next((line for line in shown.message.splitlines() if line.strip()), "")
        return [f"now: {shown.kind}: {message}".rstrip(": ")]


def assertions(test_source: str) -> list[str]:
    """The assertions of a test, each on one line, the first ones; nothing if it cannot be parsed."""
    try:
        tree = ast.parse(textwrap.dedent(test_source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    found = sorted((node for node in ast.walk(tree) if isinstance(node, ast.Assert)), key=lambda node: node.lineno)
    return [f"assert {ast.unparse(node.test)}" for node in found[:MAX_ASSERTIONS]]
