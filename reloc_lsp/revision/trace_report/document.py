"""The whole page: a list of the searches where there are several, and what there is to see of each."""

from __future__ import annotations

import base64
import importlib.util
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from html import escape
from importlib.resources import files

from reloc_lsp.revision.trace_file import TraceError
from reloc_lsp.revision.trace_report.charts import best_so_far, family_tree
from reloc_lsp.revision.trace_report.searches import Record, Search, searches
from reloc_lsp.revision.trace_report.version_tree import diffs

_SCRIPT = re.compile(r"<script[^>]*>(.*?)</script>", re.DOTALL)
ENDINGS = {
    "seconds": "the time was up",
    "evaluations": "the evaluations were spent",
    "calls": "the calls of the model were spent",
    "tokens": "the tokens were spent",
    "nodes": "as many versions as the rules allow",
    "neighbourhood": "nothing was left to try",
}


def page(records: Sequence[Record]) -> str:
    """The whole page, of every search in the lines of a trace; it needs nothing from elsewhere.

    Raises `TraceError` without Plotly, and for lines that are not those of a search.
    """
    if importlib.util.find_spec("plotly") is None:
        raise TraceError(
            "A trace is drawn with the Python package plotly, which is not installed: pip install 'reloc-lsp[trace]'."
        )
    from plotly.offline import get_plotlyjs

    found = searches(records)
    if len(found) == 1:
        title, heading = found[0].title, ""
    else:
        names = {search.first["file"] for search in found}
        title = f"{len(found)} searches" + (f" in {names.pop()}" if len(names) == 1 else "")
        heading = f"<h1>ReLoc: {escape(title)}</h1>{_contents(found)}"
    charts = [_charts(search) for search in found]
    sections = [
        _section(number, search, drawn, len(found) == 1)
        for number, (search, drawn) in enumerate(zip(found, charts, strict=True), 1)
    ]
    style, script = (files(__package__).joinpath(name).read_text("utf-8") for name in ("page.css", "page.js"))
    policy = _policy([get_plotlyjs(), script, *(one for drawn in charts for one in _SCRIPT.findall(drawn))])
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>ReLoc: {escape(title)}</title><style>{style}</style><script>{get_plotlyjs()}</script></head>"
        f"<body>{heading}{''.join(sections)}<script>{script}</script></body></html>"
    )


def _policy(scripts: Sequence[str]) -> str:
    """A content security policy: nothing is fetched, and no script runs but these."""
    hashes = (base64.b64encode(sha256(script.encode()).digest()).decode() for script in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in hashes)
    # Plotly compiles what it has the graphics card draw, and styles what it draws in place.
    return (
        f"default-src 'none'; script-src 'unsafe-eval' {allowed}; style-src 'unsafe-inline'; img-src data: blob:; "
        "font-src data:"
    )


def _contents(found: Sequence[Search]) -> str:
    """A line for each search, which leads to it."""
    rows = []
    for number, search in enumerate(found, 1):
        name = escape(search.first["qualname"])
        gained = f"{search.before} → {search.after} of {search.total}"
        rows.append(
            f'<tr><td><a href="#search-{number}">{name}</a> <small>{escape(search.first["file"])}</small></td>'
            f"<td>{_bar(search)}</td><td>{gained} tests</td><td>{len(search.nodes):,} versions</td>"
            f"<td>{search.cost.get('seconds', 0):,.1f} s</td><td>{escape(_ended(search))}</td></tr>"
        )
    return f'<table class="contents">{"".join(rows)}</table>'


def _bar(search: Search) -> str:
    """The tests that passed before, those won, and those that fail, as lengths."""
    share = 100 / max(search.total, 1)
    before, won = search.before * share, max(0, search.after - search.before) * share
    return f'<div class="bar"><i style="width:{before:.1f}%"></i><b style="width:{won:.1f}%"></b></div>'


def _section(number: int, search: Search, charts: str, alone: bool) -> str:
    heading = "h1" if alone else "h2"
    title = f"ReLoc: {search.title}" if alone else search.title
    parts = [
        f"<{heading}>{escape(title)}</{heading}>",
        f"<p>{escape(_outcome(search))}{escape(_judged(search.first.get('judged')))}</p>",
        _costs(search),
        charts,
        *(("<h3>Versions side by side</h3>", diffs(search)) if search.nodes else ()),
    ]
    if search.calls:
        parts += ["<h3>Calls of the model</h3>", _calls(search.calls)]
    return f'<section id="search-{number}">{"".join(parts)}</section>'


def _charts(search: Search) -> str:
    """The best so far and the family tree; nothing where no version was judged."""
    if not search.nodes:
        return ""
    curve, units = best_so_far(search)
    return (
        f'<div class="charts"><figure><figcaption>The best so far{_switch(units)}</figcaption>{curve}</figure>'
        f"<figure><figcaption>Every version, and where it came from</figcaption>{family_tree(search)}</figure></div>"
    )


def _outcome(search: Search) -> str:
    judged, before, after = len(search.nodes), search.before, search.after
    return (
        f"{judged:,} version{'' if judged == 1 else 's'} judged. {before} of {search.total} tests passed before, "
        f"{after} with the best. {_ended(search).capitalize()}."
    )


def _ended(search: Search) -> str:
    reason = str(search.end.get("end"))
    return f"ended: {ENDINGS.get(reason, reason)}" if search.end else "broken off"


def _judged(judged: object) -> str:
    """How versions were judged, and why so; older traces do not tell."""
    if not isinstance(judged, Mapping):
        return ""
    tier, reason, sandbox = (judged.get(name) for name in ("tier", "reason", "sandbox"))
    return f" Judged by the {tier} tier: {reason}; sandbox {sandbox}."


def _costs(search: Search) -> str:
    rows = [(name.replace("_", " "), f"{value:,.10g}") for name, value in search.cost.items() if value]
    kinds = search.end.get("kinds")
    rows += [(f"replies: {kind}", str(count)) for kind, count in (kinds if isinstance(kinds, Mapping) else {}).items()]
    said = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in rows)
    return f"<dl>{said}</dl>"


def _switch(units: Sequence[str]) -> str:
    """Buttons that choose what the best is drawn against; the page's script knows them by their place."""
    buttons = [f"<button{' class=on' if place == 0 else ''}>{unit}</button>" for place, unit in enumerate(units)]
    return f'<span class="switch">{"".join(buttons)}</span>' if len(units) > 1 else ""


def _calls(calls: Sequence[Record]) -> str:
    head = ("call", "seconds", "replies", "tokens asked", "of them cached", "tokens answered", "")
    rows = []
    for call in calls:
        usage = call.get("usage") or {}
        counts = [usage.get(f"{name}_tokens", "") for name in ("prompt", "cached", "completion")]
        replies = len(call.get("replies", ()))
        rows.append((call["call"], call.get("seconds", ""), replies, *counts, call.get("error", "")))
    cells = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<table class="numbers"><tr>{"".join(f"<th>{name}</th>" for name in head)}</tr>{cells}</table>'
