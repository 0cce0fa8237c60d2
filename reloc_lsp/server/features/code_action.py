"""`textDocument/codeAction`: `Revise with ReLoc` on the function under the cursor."""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types

from reloc_lsp.server.documents import OpenDocument
from reloc_lsp.server.server import ReLocServer

KIND = "refactor.rewrite.reloc"
TITLE = "Revise with ReLoc"


def options() -> types.CodeActionOptions:
    """What the server announces; the action is complete and needs no resolving."""
    return types.CodeActionOptions(code_action_kinds=[KIND], resolve_provider=False)


def code_action(ls: ReLocServer, params: types.CodeActionParams) -> list[types.CodeAction | types.Command]:
    """The action for the function around the cursor, as a command: its edit takes a search to find."""
    document = ls.documents.opened(params.text_document.uri)
    if document is None or document.file is None or not _wanted(params.context.only):
        return []
    line = params.range.start.line
    if not _definition(document, line, params.context.trigger_kind):
        return []
    # The line and its version, not a name: which function that is, the command finds out, which may take its time.
    command = types.Command(title=TITLE, command="reloc.revise", arguments=[document.uri, line, document.version])
    if not ls.capabilities.code_action_literals:
        return [command]
    return [types.CodeAction(title=TITLE, kind=KIND, command=command)]


def _definition(document: OpenDocument, line: int, trigger: types.CodeActionTriggerKind | None) -> bool:
    """Whether `line` (from 0) is one of a function; if the editor asks on its own, whether it is that of the `def`."""
    lines = document.index.lines
    automatic = trigger == types.CodeActionTriggerKind.Automatic
    # Editors ask on their own while the user types: most such questions are answered by this glance.
    if line >= len(lines) or (automatic and "def" not in lines[line]):
        return False
    definition = document.function_at(line + 1)
    return definition is not None and (not automatic or definition == line + 1)


def _wanted(only: Sequence[types.CodeActionKind | str] | None) -> bool:
    """Whether our kind, or one it is a part of, was asked for."""
    if not only:
        return True
    asked = [str(getattr(kind, "value", kind)) for kind in only]
    return any(kind in ("", KIND) or KIND.startswith(kind + ".") for kind in asked)
