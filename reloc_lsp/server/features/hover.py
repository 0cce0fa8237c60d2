"""`textDocument/hover`: the revision that waits for the function at the position."""

from __future__ import annotations

import re

from lsprotocol import types

from reloc_lsp.program.shown_text.visible_text import visible_diff, visible_line
from reloc_lsp.server.language_server import ReLocServer
from reloc_lsp.server.proposals.pending_proposals import PendingProposal
from reloc_lsp.server.session.unit_status import line_range


def hover(ls: ReLocServer, params: types.HoverParams) -> types.Hover | None:
    """The message and the diff of a pending proposal, on the line of its function's `def`."""
    session = ls.session
    document = session.documents.open_document(params.text_document.uri)
    if document is None:
        return None
    for unit, status in session.statuses.of(document):
        pending = ls.proposals.find(status.proposal_id)
        if pending is not None and unit.line == params.position.line + 1:
            content = _content(pending, markdown=session.capabilities.markdown)
            return types.Hover(content, line_range(document, unit.line))
    return None


def _content(pending: PendingProposal, markdown: bool) -> types.MarkupContent:
    """The content of a hover; plain text for editors without Markdown, such as Emacs without an extra package."""
    message, diff = visible_line(pending.message), visible_diff(pending.choices[0].diff)
    if markdown:
        return types.MarkupContent(types.MarkupKind.Markdown, f"**ReLoc** {escaped(message)}\n\n{fenced(diff)}")
    return types.MarkupContent(types.MarkupKind.PlainText, f"ReLoc: {message}\n\n{diff}")


def escaped(text: str) -> str:
    """Markdown that shows `text` literally. It can contain values that untrusted code returned, so that a link or an
    image in it must not be rendered."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)


def fenced(diff: str) -> str:
    """A diff as a Markdown code block, whose fence is longer than any run of backticks in the diff."""
    longest = max((len(run) for run in re.findall("`+", diff)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}diff\n{diff}{fence}"
