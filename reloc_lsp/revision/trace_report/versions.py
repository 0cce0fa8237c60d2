"""The versions of a search one by one: where each came from, what it is, and its diff."""

from __future__ import annotations

import difflib
import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reloc_lsp.program.differences.sequence_diff import opcodes
from reloc_lsp.program.shown_text.visible_text import visible, visible_line
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

MAX_CHARACTER_PAIRS = 4_000_000
"""Pairs of a replaced and a replacing character up to which two versions are shown side by side: two blocks of 50 lines
have as many. Chosen by hand."""
MAX_WRAPPED = 10_000
"""Characters of a line up to which it is wrapped, which takes one level of recursion for each `WRAP_COLUMN`."""


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
            origin, change, *failures = description_lines(node)
            passes_all = node["passed"] == node["total"]
            # The lines are escaped in it.
            versions.append(Version(origin, change, failures, passes_all, Markup(_html_diff(old, new))))
        return versions


def _html_diff(old: Sequence[str], new: Sequence[str]) -> str:
    """Two versions side by side, or one below the other where finding the lines that belong together takes long."""
    pairs = (
        len("".join(old[i1:i2])) * len("".join(new[j1:j2]))
        for tag, i1, i2, j1, j2 in opcodes(old, new)
        if tag == "replace"
    )
    longest = max(map(len, [*old, *new]), default=0)
    if sum(pairs) <= MAX_CHARACTER_PAIRS and longest <= MAX_WRAPPED:
        differ = difflib.HtmlDiff(wrapcolumn=WRAP_COLUMN)
        return differ.make_table(old, new, context=True, numlines=CONTEXT_LINES)
    lines = difflib.unified_diff(old, new, n=CONTEXT_LINES, lineterm="")
    return f"<pre>{html.escape(chr(10).join(lines))}</pre>"


def description_lines(node: Record) -> list[str]:
    """Where a version came from, what it changes, and its first failures; not escaped."""
    failures = [f"{str(test).rpartition('::')[2]}: {how}" for test, how in node["failures"].items()]
    lines = [
        f"{node['node']}, from {node['parent'] or 0}: {node['passed']} of {node['total']} tests",
        f"{node['origin']}: {node['description']}",
        *failures[:MAX_FAILURES],
    ]
    return [visible_line(line)[:MAX_LINE_LENGTH] for line in lines]
