"""The charts of a search: its best so far, and every version with the one it came from.

They are Plotly figures as data; the page's script draws them. Plotly reads a few HTML tags in texts, so texts of a
trace are escaped here for it; the template escapes the whole figure once more for the page.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate
from typing import Any

from reloc_lsp.program.shown_text.visible_text import visible_line
from reloc_lsp.revision.trace_report.searches import Record, Search
from reloc_lsp.revision.trace_report.versions import description_lines

COLOURS = ("#4493f8", "#e3812b", "#a371f7", "#e2559d", "#1fa7a7", "#c9a227", "#7a8cff", "#d9534f")
"""Colours of the most common origins; readable on white and on black."""

BEST_COLOUR, OTHER_COLOUR = "#2da44e", "#8b949e"

LANE_HEIGHT = 0.05
"""Vertical distance, in tests, between origins whose versions pass as many tests; chosen by hand."""

MAX_SVG_POINTS = 2000
"""Charts with more versions are drawn with WebGL, which is faster, but a page can hold only a few such charts."""

SPENT_UNITS = ("seconds", "evaluations", "tokens")

Point = tuple[float, float]


@dataclass(frozen=True)
class Chart:
    """A Plotly figure as data; if there are several `choices`, each shows one of its curves."""

    caption: str
    figure: dict[str, Any]
    choices: Sequence[str] = ()


def best_so_far_chart(search: Search) -> Chart:
    """The best version so far over the budget spent, in each unit that was used."""
    from plotly import graph_objects as go

    start = search.height(None)
    bests = [start, *accumulate((max(start, search.height(node)) for node in search.nodes), max)]
    spent = {unit: [0.0, *(search.spent(node, unit) for node in search.nodes)] for unit in SPENT_UNITS}
    units = [unit for unit in SPENT_UNITS if unit == SPENT_UNITS[0] or any(spent[unit])]
    figure = go.Figure()
    for unit in units:
        curve = go.Scatter(
            x=spent[unit],
            y=bests,
            mode="lines",
            line={"shape": "hv", "width": 3, "color": BEST_COLOUR},
            fill="tozeroy",
            fillcolor="rgba(45,164,78,.14)",
            visible=unit == units[0],
            hovertemplate=f"%{{y:,.10~g}} after %{{x:,.3~g}} {unit}<extra></extra>",
            showlegend=False,
        )
        figure.add_trace(curve)
    return Chart("The best so far", _figure_data(figure, search, x_title=units[0]), units)


def version_chart(search: Search) -> Chart:
    """Every version in the order of evaluation, with a line to its parent; the path to the best stands out."""
    from plotly import graph_objects as go

    scatter = go.Scatter if len(search.nodes) <= MAX_SVG_POINTS else go.Scattergl
    points = _points(search)
    edges = scatter(
        **_edges(search.nodes, points), mode="lines", line={"width": 0.6, "color": OTHER_COLOUR}, opacity=0.35
    )
    figure = go.Figure(edges)
    common = _common_origins(search)
    for origin, colour in [*zip(common, COLOURS, strict=False), ("others", OTHER_COLOUR)]:
        group = [node for node in search.nodes if (node["origin"] if node["origin"] in common else "others") == origin]
        if group:
            markers = scatter(
                x=[points[node["node"]][0] for node in group],
                y=[points[node["node"]][1] for node in group],
                mode="markers",
                marker={"color": colour, "size": 6, "opacity": 0.8},
                name=escape(visible_line(origin)),
                text=["<br>".join(map(escape, description_lines(node))) for node in group],
                hoverinfo="text",
            )
            figure.add_trace(markers)
    if search.path:
        path = scatter(
            **_edges(search.path, points) | {"showlegend": True},
            mode="lines+markers",
            name="the way to the best",
            line={"width": 2.5, "color": BEST_COLOUR},
            marker={"size": 11, "color": BEST_COLOUR, "symbol": "circle-open"},
        )
        figure.add_trace(path)
    return Chart("Every version, and where it came from", _figure_data(figure, search, x_title="version"))


def _common_origins(search: Search) -> list[str]:
    counts = Counter(str(node["origin"]) for node in search.nodes)
    return [origin for origin, _ in counts.most_common(len(COLOURS))]


def _points(search: Search) -> dict[int, Point]:
    """Where each version is drawn, by its number; origins that pass as many tests are drawn side by side."""
    lane = LANE_HEIGHT if search.counts_tests else 0.0
    common = _common_origins(search)
    lanes = {origin: (number - len(common) / 2) * lane for number, origin in enumerate(common)}
    points: dict[int, Point] = {0: (0, search.height(None))}
    for node in search.nodes:
        points[node["node"]] = (node["node"], search.height(node) + lanes.get(node["origin"], 0.0))
    return points


def _edges(nodes: Iterable[Record], points: dict[int, Point]) -> dict[str, Any]:
    """Lines from each node's parent to the node; Plotly breaks a line at `None`."""
    ends = [(points.get(node["parent"] or 0, points[0]), points[node["node"]]) for node in nodes]
    line = [point for start, end in ends for point in (start, end, (None, None))]
    return {"x": [x for x, _ in line], "y": [y for _, y in line], "hoverinfo": "skip", "showlegend": False}


def _figure_data(figure: Any, search: Search, *, x_title: str) -> dict[str, Any]:
    """The figure with its layout, without colours of text and background: the page sets them by its theme."""
    y_axis: dict[str, Any] = {"title": {"text": search.measure}}
    if search.counts_tests:
        y_axis |= {"range": [-0.5, search.total + 0.5], "dtick": max(1, search.total // 8)}
        figure.add_hline(y=search.total, line={"dash": "dot", "width": 1, "color": BEST_COLOUR})
    figure.update_layout(
        template="none",
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        height=420,
        font={"size": 13},
        margin={"l": 55, "r": 15, "t": 15, "b": 45},
        xaxis={"title": {"text": x_title}, "rangemode": "tozero"},
        yaxis=y_axis,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"},
        hoverlabel={"align": "left"},
    )
    data: dict[str, Any] = json.loads(figure.to_json())
    return data
