"""A trace as a page: how the best came about, which version came from which, their diffs, and what it cost."""

from __future__ import annotations

import difflib
import importlib.util
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import accumulate
from typing import Any

from reloc_lsp.revision.trace import TraceError

MOST_DIFFS = 40
MOST_COLOURS = 8
LONGEST_WORDS = 160
Record = Mapping[str, Any]

STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #ffffff; --line: #d0d7de; --less: #ffd7d5; --more: #ccffd8; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --paper: #0d1117; --line: #30363d; --less: #67060c; --more: #033a16; }
}
body { color: var(--ink); background: var(--paper); font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto;
  max-width: 70rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.5rem; }
table { border-collapse: collapse; } th, td { padding: .15rem .6rem; text-align: left; }
.numbers td { border-top: 1px solid var(--line); font-variant-numeric: tabular-nums; }
details { border-top: 1px solid var(--line); padding: .4rem 0; } summary { cursor: pointer; }
table.diff { font: 12.5px/1.4 ui-monospace, monospace; width: 100%; margin: .5rem 0; }
table.diff td { padding: 0 .4rem; white-space: pre-wrap; } .diff_header { opacity: .5; } .diff_next { display: none; }
.diff_add, .diff_chg:nth-of-type(n+2) { background: var(--more); } .diff_sub { background: var(--less); }
.diff_chg { background: var(--more); }
"""
THEME = """
const dark = matchMedia('(prefers-color-scheme: dark)');
function paint() {
  const ink = dark.matches ? '#e6edf3' : '#1b1f24', grid = dark.matches ? '#30363d' : '#e5e8eb';
  for (const plot of document.querySelectorAll('.plotly-graph-div'))
    Plotly.relayout(plot, {'font.color': ink, 'xaxis.gridcolor': grid, 'yaxis.gridcolor': grid,
      'xaxis.zerolinecolor': grid, 'yaxis.zerolinecolor': grid});
}
dark.addEventListener('change', paint);
paint();
"""


def page(records: Sequence[Record]) -> str:
    """The whole page, of the last search in the lines of a trace; it needs nothing from elsewhere.

    Raises `TraceError` without Plotly, and for lines that are not those of a search.
    """
    if importlib.util.find_spec("plotly") is None:
        raise TraceError(
            "A trace is drawn with the Python package plotly, which is not installed: pip install 'reloc-lsp[trace]'."
        )
    # Where several functions were searched their numbers begin anew.
    records = records[max(place for place, record in enumerate(records) if "trace" in record) :]
    first = records[0]
    if not isinstance(first.get("tests"), Mapping) or not isinstance(first.get("source"), str):
        raise TraceError("The trace does not tell the tests and the source that its search began with: make a new one.")
    nodes = [record for record in records if "node" in record]
    end = next((record for record in records if "end" in record), {})
    total = max((node["total"] for node in nodes), default=len(first["tests"]))
    passed = sum(outcome == "passed" for outcome in first["tests"].values())
    title = f"{first['qualname']} in {first['file']}"
    parts = [
        f"<h1>ReLoc: {escape(title)}</h1>",
        f"<p>{escape(_outcome(nodes, passed, total, end))}{escape(_judged(first.get('judged')))}</p>",
        _costs(end.get("cost") or {}, end.get("kinds") or {}),
        "<h2>The best so far</h2>",
        _drawn(_anytime(nodes, passed, total), first=True),
        "<h2>Every version, and where it came from</h2>",
        _drawn(_tree(nodes, passed, total), first=False),
        "<h2>Versions side by side</h2>",
        *_diffs(first, nodes),
    ]
    calls = [record for record in records if "call" in record]
    if calls:
        parts += ["<h2>Calls of the model</h2>", _calls(calls)]
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>ReLoc: {escape(title)}</title>'
        f"<style>{STYLE}</style><body>{''.join(parts)}<script>{THEME}</script></body></html>"
    )


def _outcome(nodes: Sequence[Record], passed: int, total: int, end: Record) -> str:
    best = max((node["passed"] for node in nodes), default=passed)
    ended = f"It ended: {end['end']}." if end else "It was broken off."
    return f"{len(nodes)} versions were judged. {passed} of {total} tests passed before, {best} with the best. {ended}"


def _judged(judged: object) -> str:
    """How versions were judged, and why so; older traces do not tell."""
    if not isinstance(judged, Mapping):
        return ""
    tier, reason, sandbox = (judged.get(name) for name in ("tier", "reason", "sandbox"))
    return f" Judged by the {tier} tier: {reason}; sandbox {sandbox}."


def _costs(cost: Record, kinds: Record) -> str:
    rows = [(name.replace("_", " "), f"{value:,.10g}") for name, value in cost.items() if value]
    rows += [(f"replies: {kind}", str(count)) for kind, count in kinds.items()]
    return _table("numbers", [(), *rows])


def _anytime(nodes: Sequence[Record], passed: int, total: int) -> Any:
    """The best against seconds, evaluations or tokens."""
    from plotly import graph_objects as go

    best = [passed, *accumulate((max(passed, node["passed"]) for node in nodes), max)]
    spent = [node.get("spent") or {} for node in nodes]
    axes = {
        name: [0, *(record.get(name, place) for place, record in enumerate(spent, 1))]
        for name in ("seconds", "evaluations", "tokens")
    }
    figure = go.Figure(go.Scatter(x=axes["seconds"], y=best, mode="lines", line={"shape": "hv", "width": 3}))
    shown = [name for name, values in axes.items() if name == "seconds" or any(values)]
    buttons = [
        {"label": name, "method": "update", "args": [{"x": [axes[name]]}, {"xaxis.title.text": name}]} for name in shown
    ]
    figure.update_layout(
        updatemenus=[
            {"type": "buttons", "direction": "right", "buttons": buttons, "x": 0, "y": 1.18, "xanchor": "left"}
        ]
    )
    return _laid_out(figure, "seconds", total)


def _tree(nodes: Sequence[Record], passed: int, total: int) -> Any:
    """Every version in the order they were judged, tied to the one it came from."""
    from plotly import graph_objects as go

    heights = {0: passed, **{node["node"]: node["passed"] for node in nodes}}
    xs: list[int | None] = []
    ys: list[int | None] = []
    for node in nodes:
        parent = node["parent"] or 0
        xs += [parent, node["node"], None]
        ys += [heights.get(parent, passed), node["passed"], None]
    figure = go.Figure(go.Scattergl(x=xs, y=ys, mode="lines", line={"width": 0.5}, opacity=0.4, hoverinfo="skip"))
    common = [origin for origin, _ in Counter(_family(node) for node in nodes).most_common(MOST_COLOURS)]
    for origin in [*common, "others"]:
        group = [node for node in nodes if (_family(node) if _family(node) in common else "others") == origin]
        if group:
            figure.add_trace(
                go.Scattergl(
                    x=[node["node"] for node in group],
                    y=[node["passed"] for node in group],
                    mode="markers",
                    name=escape(origin),
                    text=["<br>".join(escape(words) for words in _words(node)) for node in group],
                    hoverinfo="text",
                )
            )
    figure.update_traces(showlegend=False, selector=0)
    return _laid_out(figure, "version", total)


def _family(node: Record) -> str:
    return str(node["origin"])


def _words(node: Record) -> list[str]:
    """What there is to say of a version: where it came from, what it is, and why it was not taken."""
    failures = [f"{test.rpartition('::')[2]}: {how}" for test, how in node["failures"].items()][:3]
    lines = [
        f"{node['node']}, from {node['parent'] or 0}: {node['passed']} of {node['total']} tests",
        f"{node['origin']}: {node['description']}",
        *failures,
    ]
    return [line[:LONGEST_WORDS] for line in lines]


def _laid_out(figure: Any, along: str, total: int) -> Any:
    figure.update_layout(
        template="none", paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)", height=380,
        margin={"l": 60, "r": 20, "t": 50, "b": 50}, xaxis={"title": {"text": along}},
        yaxis={"title": {"text": "tests passed"}, "range": [-0.2, total + 0.4], "dtick": max(1, total // 8)},
    )  # fmt: skip
    return figure


def _drawn(figure: Any, *, first: bool) -> str:
    drawn: str = figure.to_html(full_html=False, include_plotlyjs=first, config={"displaylogo": False})
    return drawn


def _diffs(first: Record, nodes: Sequence[Record]) -> Iterable[str]:
    """The versions that passed most against the one they came from, the way to the best one first."""
    sources = {0: first["source"], **{node["node"]: node["source"] for node in nodes}}
    by_number = {node["node"]: node for node in nodes}
    ranked = sorted(nodes, key=lambda node: -node["passed"])
    way: list[int] = []
    number = ranked[0]["node"] if ranked else 0
    while number in by_number and number not in way:
        way.insert(0, number)
        number = by_number[number]["parent"] or 0
    others = [node["node"] for node in ranked if node["node"] not in way]
    for number in [*way, *others][:MOST_DIFFS]:
        node = by_number[number]
        old, new = (sources.get(at, "").splitlines() for at in (node["parent"] or 0, number))
        table = difflib.HtmlDiff(wrapcolumn=80).make_table(old, new, context=True, numlines=4)
        opened = " open" if number in way else ""
        summary = "<br>".join(escape(words) for words in _words(node))
        yield f"<details{opened}><summary>{summary}</summary>{table}</details>"


def _calls(calls: Sequence[Record]) -> str:
    head = ("call", "seconds", "replies", "tokens asked", "of them cached", "tokens answered", "")
    rows = []
    for call in calls:
        usage = call.get("usage") or {}
        counts = [usage.get(f"{name}_tokens", "") for name in ("prompt", "cached", "completion")]
        replies = len(call.get("replies", ()))
        rows.append((call["call"], call.get("seconds", ""), replies, *counts, call.get("error", "")))
    return _table("numbers", [head, *rows])


def _table(kind: str, rows: Sequence[Sequence[object]]) -> str:
    head = "".join(f"<th>{escape(str(cell))}</th>" for cell in rows[0])
    body = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows[1:])
    return f'<table class="{kind}"><tr>{head}</tr>{body}</table>'
