"""`textDocument/didClose`."""

from lsprotocol import types

from reloc_lsp.server.jobs.job_registry import StopReason
from reloc_lsp.server.language_server import ReLocServer


def did_close(ls: ReLocServer, params: types.DidCloseTextDocumentParams) -> None:
    """Stop the document's searches and remove its diagnostics."""
    uri = params.text_document.uri
    ls.revisions.jobs.stop(StopReason.CLOSED, lambda job: job.uri == uri)
    ls.session.documents.notify_change()
    ls.on_save.closed(uri)
    if ls.session.statuses.all_of(uri):
        ls.session.statuses.remove_document(uri)
        ls.diagnostics.publish(uri)
