"""The status of units: how many of their tests pass, and which proposal waits for them."""

from __future__ import annotations

from dataclasses import dataclass

from lsprotocol import types

from reloc_lsp.program.source_text import split_lines
from reloc_lsp.program.unit import Unit
from reloc_lsp.server.session.documents import OpenDocument


@dataclass(frozen=True)
class UnitStatus:
    """The result of the latest revision of one unit.

    `source` is the unit's text at that time, `passed` and `total` count its tests, `proposal_id` is the id of the
    pending proposal, if there is one.
    """

    qualname: str
    source: str
    passed: int
    total: int
    message: str
    proposal_id: str | None = None

    @property
    def passing(self) -> bool:
        """Whether all tests pass, so that there is nothing to report."""
        return self.passed == self.total


class UnitStatuses:
    """The latest status of each unit, by document. A status is valid while the unit's text is unchanged."""

    def __init__(self) -> None:
        self._by_uri: dict[str, dict[str, UnitStatus]] = {}

    def set(self, uri: str, status: UnitStatus) -> None:
        """Store the status of a unit in place of its earlier one."""
        self._by_uri.setdefault(uri, {})[status.qualname] = status

    def all_of(self, uri: str) -> list[UnitStatus]:
        """Every status of a document, valid or not."""
        return list(self._by_uri.get(uri, {}).values())

    def remove_document(self, uri: str) -> None:
        """Forget every status of a document."""
        self._by_uri.pop(uri, None)

    def failing_at(self, document: OpenDocument, line: int) -> UnitStatus | None:
        """The status of the unit around `line` (from 1) if its tests fail. The document is not parsed."""
        for status in self.all_of(document.uri):
            start = -1 if status.passing else document.source.find(status.source)
            if start >= 0:
                first = document.index.line_of(start)
                if first <= line < first + len(split_lines(status.source)):
                    return status
        return None

    def remove_proposal(self, proposal_id: str) -> list[str]:
        """Forget the statuses that name a closed proposal; the URIs of their documents."""
        uris = []
        for uri, statuses in self._by_uri.items():
            for qualname, status in list(statuses.items()):
                if status.proposal_id == proposal_id:
                    del statuses[qualname]
                    uris.append(uri)
        return uris

    def of(self, document: OpenDocument) -> list[tuple[Unit, UnitStatus]]:
        """The units of a document that have a valid status, each with it."""
        statuses, module = self._by_uri.get(document.uri), document.module
        if not statuses or module is None:
            return []
        return [
            (unit, statuses[unit.qualname])
            for unit in module.units
            if unit.qualname in statuses and module.source(unit) == statuses[unit.qualname].source
        ]


def line_range(document: OpenDocument, line: int) -> types.Range:
    """The LSP range of a line (from 1) without its indentation."""
    text = document.index.lines[line - 1].rstrip("\r\n")
    start = document.index.starts[line - 1] + len(text) - len(text.lstrip())
    end = document.index.starts[line - 1] + len(text)
    size = document.code_unit_bytes
    return types.Range(*(types.Position(*document.index.editor_position(at, size)) for at in (start, end)))
