"""`textDocument/codeLens`: how many of its tests each function passes, as far as that is known."""

from __future__ import annotations

from lsprotocol import types

from reloc_lsp.server.language_server import ReLocServer
from reloc_lsp.server.session.unit_status import line_range
from reloc_lsp.server.session.workspace_roots import root_of


def code_lens(ls: ReLocServer, params: types.CodeLensParams) -> list[types.CodeLens]:
    """A lens over every function of which something is known, where the setting `editor.code_lens` is on."""
    document = ls.documents.opened(params.text_document.uri)
    file = ls.documents.file(params.text_document.uri)
    if document is None or file is None:
        return []
    if not ls.configuration.settings(root_of(file, ls.documents.roots)).editor.code_lens:
        return []
    ls.lenses_shown = True
    lenses = []
    for unit, standing in ls.standings.of(document):
        title = f"{standing.passed}/{standing.total} tests"
        command = types.Command(title, "reloc.revise", arguments=[document.uri, standing.qualname])
        if standing.offer:
            command = types.Command(f"{title}, a revision waits", "reloc.show", arguments=[standing.offer])
        lenses.append(types.CodeLens(range=line_range(document, unit.line), command=command))
    return lenses
