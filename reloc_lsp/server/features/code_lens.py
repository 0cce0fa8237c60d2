"""`textDocument/codeLens`: how many of its tests each function passes, if that is known."""

from __future__ import annotations

from lsprotocol import types

from reloc_lsp.server.language_server import ReLocServer
from reloc_lsp.server.session.unit_status import line_range


def code_lens(ls: ReLocServer, params: types.CodeLensParams) -> list[types.CodeLens]:
    """A lens over every function with a valid status, if the setting `editor.code_lens` is on."""
    session = ls.session
    document = session.documents.open_document(params.text_document.uri)
    file = session.documents.file(params.text_document.uri)
    if document is None or file is None or not session.settings_for(file).editor.code_lens:
        return []
    ls.diagnostics.lenses_shown = True
    lenses = []
    for unit, status in session.statuses.of(document):
        title = f"{status.passed}/{status.total} tests"
        command = types.Command(title, "reloc.revise", arguments=[document.uri, status.qualname])
        if status.proposal_id:
            command = types.Command(f"{title}, a revision waits", "reloc.show", arguments=[status.proposal_id])
        lenses.append(types.CodeLens(range=line_range(document, unit.line), command=command))
    return lenses
