"""What there is to say and to show of single versions: where they came from, and their diffs."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from html import escape

from reloc_lsp.revision.trace_report.searches import Record, Search

MOST_DIFFS = 40
LONGEST_WORDS = 160


def in_words(node: Record) -> list[str]:
    """Where a version came from, what it is, and why it was not taken, in lines."""
    failures = [f"{str(test).rpartition('::')[2]}: {how}" for test, how in node["failures"].items()][:3]
    lines = [
        f"{node['node']}, from {node['parent'] or 0}: {node['passed']} of {node['total']} tests",
        f"{node['origin']}: {node['description']}",
        *failures,
    ]
    return [line[:LONGEST_WORDS] for line in lines]


def diffs(search: Search) -> str:
    """The way to the best version, step by step, and folded away the next best ones, each with what it came from."""
    way = search.way[:MOST_DIFFS]
    numbers = {node["node"] for node in way}
    others = sorted((node for node in search.nodes if node["node"] not in numbers), key=lambda n: -search.height(n))
    others = others[: MOST_DIFFS - len(way)]
    more = f"<details><summary>The {len(others)} next best</summary>{''.join(_diffs(search, others))}</details>"
    return "".join(_diffs(search, way, opened=True)) + (more if others else "")


def _diffs(search: Search, nodes: Sequence[Record], *, opened: bool = False) -> Iterable[str]:
    sources = {0: search.first["source"], **{node["node"]: node["source"] for node in search.nodes}}
    for node in nodes:
        old, new = (sources.get(number, "").splitlines() for number in (node["parent"] or 0, node["node"]))
        table = difflib.HtmlDiff(wrapcolumn=80).make_table(old, new, context=True, numlines=4)
        mark = "good" if node["passed"] == node["total"] else "bad"
        where, what, *failures = map(escape, in_words(node))
        said = "".join(f"<small>{line}</small>" for line in failures)
        yield (
            f"<details{' open' if opened else ''}><summary><b class={mark}>{where}</b> "
            f'{what}{said}</summary><div class="wide">{table}</div></details>'
        )
