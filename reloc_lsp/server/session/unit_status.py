"""What is known of the document's units: how their tests stand, and whether a revision waits."""

from __future__ import annotations

from dataclasses import dataclass

from lsprotocol import types

from reloc_lsp.program.source_text import split_lines
from reloc_lsp.program.unit import Unit
from reloc_lsp.server.session.documents import OpenDocument

SOURCE = "reloc"


@dataclass(frozen=True)
class UnitStatus:
    """What a search found out about a unit whose lines were `source`; `offer` is the id of its proposal, if any."""

    qualname: str
    source: str
    passed: int
    total: int
    message: str
    offer: str | None = None

    @property
    def good(self) -> bool:
        """Whether there is nothing to say: all tests pass."""
        return self.passed == self.total


class UnitStatuses:
    """The latest standing of each unit, by document; one holds as long as the unit's lines are what they were."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, UnitStatus]] = {}

    def note(self, uri: str, standing: UnitStatus) -> None:
        """Take note of how a unit stands, in place of what was known."""
        self._known.setdefault(uri, {})[standing.qualname] = standing

    def all_of(self, uri: str) -> list[UnitStatus]:
        """All that is known of a document, whether it still holds or not."""
        return list(self._known.get(uri, {}).values())

    def forget(self, uri: str) -> None:
        """Forget a document."""
        self._known.pop(uri, None)

    def failing_at(self, document: OpenDocument, line: int) -> UnitStatus | None:
        """What is known of a unit around `line` (from 1) whose tests fail, without parsing the document."""
        for standing in self.all_of(document.uri):
            start = -1 if standing.good else document.source.find(standing.source)
            if start >= 0:
                first = document.index.line_of(start)
                if first <= line < first + len(split_lines(standing.source)):
                    return standing
        return None

    def without_offer(self, offer: str) -> list[str]:
        """Forget a proposal that is off the table; the documents it stood in."""
        touched = []
        for uri, standings in self._known.items():
            for qualname, standing in list(standings.items()):
                if standing.offer == offer:
                    del standings[qualname]
                    touched.append(uri)
        return touched

    def of(self, document: OpenDocument) -> list[tuple[Unit, UnitStatus]]:
        """The units of a document of which something is known that still holds."""
        known, module = self._known.get(document.uri), document.module
        if not known or module is None:
            return []
        return [
            (unit, known[unit.qualname])
            for unit in module.units
            if unit.qualname in known and module.source(unit) == known[unit.qualname].source
        ]


def diagnostics(document: OpenDocument, standings: UnitStatuses) -> list[types.Diagnostic]:
    """A hint at each unit that has a proposal, a word at each other one whose tests fail."""
    found = []
    for unit, standing in standings.of(document):
        if standing.good:
            continue
        severity = types.DiagnosticSeverity.Hint if standing.offer else types.DiagnosticSeverity.Information
        found.append(
            types.Diagnostic(
                range=line_range(document, unit.line),
                message=standing.message,
                severity=severity,
                source=SOURCE,
                code="proposal" if standing.offer else "failing",
            )
        )
    return found


def line_range(document: OpenDocument, line: int) -> types.Range:
    """The text of a line (from 1), without its indentation."""
    text = document.index.lines[line - 1].rstrip("\r\n")
    start = document.index.starts[line - 1] + len(text) - len(text.lstrip())
    end = document.index.starts[line - 1] + len(text)
    unit = document.unit_bytes
    return types.Range(*(types.Position(*document.index.editor_position(at, unit)) for at in (start, end)))
