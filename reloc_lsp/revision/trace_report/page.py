"""Rendering the page from its templates; the page is one file and loads nothing."""

from __future__ import annotations

import base64
import importlib.util
from collections.abc import Sequence
from hashlib import sha256
from importlib.resources import files

from reloc_lsp.program.shown_text.visible_text import visible
from reloc_lsp.revision.trace.trace_file import TraceError
from reloc_lsp.revision.trace_report.charts import best_so_far_chart, version_chart
from reloc_lsp.revision.trace_report.searches import Record, Search, read_searches
from reloc_lsp.revision.trace_report.summary import Summary
from reloc_lsp.revision.trace_report.versions import VersionList

REQUIRED = ("plotly", "jinja2")


def render_page(records: Sequence[Record]) -> str:
    """The page about every search in the lines of a trace.

    Raises `TraceError` if a package that it needs is not installed, and for lines that are not those of a search.
    """
    missing = [name for name in REQUIRED if importlib.util.find_spec(name) is None]
    if missing:
        raise TraceError(
            f"A trace is drawn with the Python packages {' and '.join(REQUIRED)}; not installed: {', '.join(missing)}. "
            "Install them: pip install 'reloc-lsp[trace]'."
        )
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup
    from plotly.offline import get_plotlyjs

    environment = Environment(
        loader=PackageLoader(__package__), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=_shown,
    )  # fmt: skip
    # The filter `tojson` escapes <, >, & and ', so that no text of a trace can end a script element.
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":")}
    searches = read_searches(records)
    style, script, plotly = _package_text("page.css"), _package_text("page.js"), get_plotlyjs()
    text: str = environment.get_template("page.html").render(
        title=_title(searches),
        searches=[_search_view(search) for search in searches],
        # These texts are the package's own and Plotly's, not from a trace: they are not escaped.
        policy=Markup(_content_security_policy([plotly, script])),
        style=Markup(style),
        plotly=Markup(plotly),
        script=Markup(script),
    )
    return text


def _shown(value: object) -> object:
    """A value as the page shows it: a text of a trace with everything hidden spelled out, and markup as it is."""
    return visible(value) if type(value) is str else value


def _search_view(search: Search) -> dict[str, object]:
    """What the template of one search shows."""
    charts = [best_so_far_chart(search), version_chart(search)] if search.nodes else []
    return {"search": search, "summary": Summary(search), "charts": charts, "versions": VersionList(search)}


def _title(searches: Sequence[Search]) -> str:
    if len(searches) == 1:
        return searches[0].title
    names = {search.first["file"] for search in searches}
    return f"{len(searches)} searches" + (f" in {names.pop()}" if len(names) == 1 else "")


def _content_security_policy(scripts: Sequence[str]) -> str:
    """A policy by which the browser loads nothing and runs no script but these."""
    digests = (base64.b64encode(sha256(script.encode()).digest()).decode() for script in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests)
    # Plotly compiles functions for the graphics card, and sets the styles of what it draws.
    return (
        f"default-src 'none'; script-src 'unsafe-eval' {allowed}; style-src 'unsafe-inline'; img-src data: blob:; "
        "font-src data:"
    )


def _package_text(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")
