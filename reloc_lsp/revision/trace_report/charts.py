"""What is drawn of a search: its best so far, and every version with the one it came from."""

from __future__ import annotations

from collections import Counter
from html import escape
from itertools import accumulate
from typing import Any

from reloc_lsp.revision.trace_report.searches import Search
from reloc_lsp.revision.trace_report.version_tree import in_words

COLOURS = ("#4493f8", "#e3812b", "#a371f7", "#e2559d", "#1fa7a7", "#c9a227", "#7a8cff", "#d9534f")
"""Readable on white and on black."""
GAIN, FAINT = "#2da44e", "#8b949e"
LANE = 0.05
"""How far apart the families of versions are drawn that pass as many tests."""
MANY = 2000
"""More points are drawn by WebGL, of which a page has only a few pictures to spare."""
UNITS = ("seconds", "evaluations", "tokens")


def best_so_far(search: Search) -> tuple[str, list[str]]:
    """The best against each unit of what was spent, one of them seen at a time; the names of these units."""
    from plotly import graph_objects as go

    start = search.height(None)
    bests = [start, *accumulate((max(start, search.height(node)) for node in search.nodes), max)]
    axes = {unit: [0.0, *(search.spent(node, unit) for node in search.nodes)] for unit in UNITS}
    shown = [unit for unit in UNITS if unit == UNITS[0] or any(axes[unit])]
    figure = go.Figure()
    for unit in shown:
        figure.add_trace(
            go.Scatter(
                x=axes[unit], y=bests, mode="lines", line={"shape": "hv", "width": 3, "color": GAIN}, fill="tozeroy",
                fillcolor="rgba(45,164,78,.14)", visible=unit == shown[0],
                hovertemplate=f"%{{y:,.10~g}} after %{{x:,.3~g}} {unit}<extra></extra>", showlegend=False,
            )
        )  # fmt: skip
    return _drawn(figure, search, shown[0]), shown


def family_tree(search: Search) -> str:
    """Every version in the order they were judged, tied to the one it came from; the way to the best stands out."""
    from plotly import graph_objects as go

    draw = go.Scatter if len(search.nodes) <= MANY else go.Scattergl
    common = [origin for origin, _ in Counter(str(node["origin"]) for node in search.nodes).most_common(len(COLOURS))]
    lane = LANE if search.counts_tests else 0.0
    lanes = {origin: (number - len(common) / 2) * lane for number, origin in enumerate(common)}
    places = {0: (0, search.height(None))}
    for node in search.nodes:
        places[node["node"]] = (node["node"], search.height(node) + lanes.get(node["origin"], 0.0))

    def ties(nodes: Any) -> dict[str, Any]:
        ends = [(places.get(node["parent"] or 0, places[0]), places[node["node"]]) for node in nodes]
        points = [point for start, end in ends for point in (start, end, (None, None))]
        return {"x": [x for x, _ in points], "y": [y for _, y in points], "hoverinfo": "skip", "showlegend": False}

    figure = go.Figure(draw(**ties(search.nodes), mode="lines", line={"width": 0.6, "color": FAINT}, opacity=0.35))
    for origin, colour in [*zip(common, COLOURS, strict=False), ("others", FAINT)]:
        group = [node for node in search.nodes if (node["origin"] if node["origin"] in lanes else "others") == origin]
        if group:
            figure.add_trace(
                draw(
                    x=[places[node["node"]][0] for node in group], y=[places[node["node"]][1] for node in group],
                    mode="markers", marker={"color": colour, "size": 6, "opacity": 0.8}, name=escape(origin),
                    text=["<br>".join(escape(words) for words in in_words(node)) for node in group], hoverinfo="text",
                )
            )  # fmt: skip
    if search.way:
        figure.add_trace(
            draw(
                **ties(search.way) | {"showlegend": True}, mode="lines+markers", name="the way to the best",
                line={"width": 2.5, "color": GAIN}, marker={"size": 11, "color": GAIN, "symbol": "circle-open"},
            )
        )  # fmt: skip
    return _drawn(figure, search, "version")


def _drawn(figure: Any, search: Search, along: str) -> str:
    """The figure as a piece of the page, in no colours of its own; the page brings them."""
    upwards: dict[str, Any] = {"title": {"text": search.measure}}
    if search.counts_tests:
        upwards |= {"range": [-0.5, search.total + 0.5], "dtick": max(1, search.total // 8)}
        figure.add_hline(y=search.total, line={"dash": "dot", "width": 1, "color": GAIN})
    figure.update_layout(
        template="none", paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)", height=420, font={"size": 13},
        margin={"l": 55, "r": 15, "t": 15, "b": 45}, xaxis={"title": {"text": along}, "rangemode": "tozero"},
        yaxis=upwards, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"}, hoverlabel={"align": "left"},
    )  # fmt: skip
    drawn: str = figure.to_html(
        full_html=False, include_plotlyjs=False, config={"displayModeBar": False, "responsive": True}
    )
    return drawn
