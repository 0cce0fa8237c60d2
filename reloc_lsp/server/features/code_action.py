"""`textDocument/codeAction`: `Revise with ReLoc` on the function under the cursor."""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types

from reloc_lsp.program.unit import Unit
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
    unit = _unit(document, params)
    if unit is None:
        return []
    module = document.module
    alone = module is not None and [u.qualname for u in module.units].count(unit.qualname) == 1
    command = types.Command(
        title=TITLE,
        command="reloc.revise",
        arguments=[document.uri, unit.qualname if alone else unit.line - 1, document.version],
    )
    if not ls.capabilities.code_action_literals:
        return [command]
    return [types.CodeAction(title=TITLE, kind=KIND, command=command)]


def _wanted(only: Sequence[types.CodeActionKind | str] | None) -> bool:
    """Whether our kind, or one it is a part of, was asked for."""
    if not only:
        return True
    asked = [str(getattr(kind, "value", kind)) for kind in only]
    return any(kind in ("", KIND) or KIND.startswith(kind + ".") for kind in asked)


def _unit(document: OpenDocument, params: types.CodeActionParams) -> Unit | None:
    line = params.range.start.line + 1
    automatic = params.context.trigger_kind == types.CodeActionTriggerKind.Automatic
    lines = document.index.lines
    # Editors ask on their own while the user types: most such questions are answered without a parse.
    if line > len(lines) or (automatic and "def" not in lines[line - 1]):
        return None
    unit = document.module.at_line(line) if document.module else None
    if unit is None or unit.is_class or (automatic and line != unit.line):
        return None
    return unit
