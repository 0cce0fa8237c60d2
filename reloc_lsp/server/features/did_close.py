"""`textDocument/didClose`."""

from lsprotocol import types

from reloc_lsp.server.jobs.job_registry import StopReason
from reloc_lsp.server.language_server import ReLocServer


def did_close(ls: ReLocServer, params: types.DidCloseTextDocumentParams) -> None:
    """Stop the searches in a document that nobody looks at any more."""
    ls.jobs.stop(StopReason.CLOSED, lambda job: job.uri == params.text_document.uri)
    ls.documents.note_change()
    ls.on_save.closed(params.text_document.uri)
    if ls.standings.all_of(params.text_document.uri):
        ls.standings.forget(params.text_document.uri)
        ls.publish(params.text_document.uri)
