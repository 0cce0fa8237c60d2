"""The versions of a search one by one: where each came from, what it is, and its diff."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reloc_lsp.program.visible_text import visible, visible_line
from reloc_lsp.revision.trace_report.searches import Record, Search

if TYPE_CHECKING:
    from markupsafe import Markup

MAX_DIFFS = 40
"""Versions shown with a diff; chosen by hand, to bound the size of the page."""

MAX_LINE_LENGTH = 160
"""Characters of a line about a version; chosen by hand."""

MAX_FAILURES = 3
"""Failures listed for a version; chosen by hand."""

WRAP_COLUMN, CONTEXT_LINES = 80, 4
"""Characters after which a line of a diff is wrapped, and unchanged lines shown around a change; chosen by hand."""


@dataclass(frozen=True)
class Version:
    """One version as the page shows it; `diff` is a table against the version it came from."""

    origin: str
    change: str
    failures: Sequence[str]
    passes_all: bool
    diff: Markup


@dataclass(frozen=True)
class VersionList:
    """The versions of a search that the page shows, at most `MAX_DIFFS`."""

    search: Search

    @property
    def path(self) -> list[Version]:
        """The path to the best version, step by step."""
        return self._versions(self.search.path[:MAX_DIFFS])

    @property
    def next_best(self) -> list[Version]:
        """The best versions that are not on the path."""
        shown = self.search.path[:MAX_DIFFS]
        numbers = {node["node"] for node in shown}
        others = [node for node in self.search.nodes if node["node"] not in numbers]
        others.sort(key=lambda node: -self.search.height(node))
        return self._versions(others[: MAX_DIFFS - len(shown)])

    def _versions(self, nodes: Sequence[Record]) -> list[Version]:
        from markupsafe import Markup

        sources = {0: self.search.first["source"], **{node["node"]: node["source"] for node in self.search.nodes}}
        versions = []
        for node in nodes:
            old, new = (visible(sources.get(number, "")).splitlines() for number in (node["parent"] or 0, node["node"]))
            differ = difflib.HtmlDiff(wrapcolumn=WRAP_COLUMN)
            table = differ.make_table(old, new, context=True, numlines=CONTEXT_LINES)
            origin, change, *failures = description_lines(node)
            passes_all = node["passed"] == node["total"]
            # HtmlDiff escapes the lines that it compares.
            versions.append(Version(origin, change, failures, passes_all, Markup(table)))
        return versions


def description_lines(node: Record) -> list[str]:
    """Where a version came from, what it changes, and its first failures; not escaped."""
    failures = [f"{str(test).rpartition('::')[2]}: {how}" for test, how in node["failures"].items()]
    lines = [
        f"{node['node']}, from {node['parent'] or 0}: {node['passed']} of {node['total']} tests",
        f"{node['origin']}: {node['description']}",
        *failures[:MAX_FAILURES],
    ]
    return [visible_line(line)[:MAX_LINE_LENGTH] for line in lines]
