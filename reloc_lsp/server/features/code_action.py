"""`textDocument/codeAction`: `Revise with ReLoc` on the function or class under the cursor, else on the file.

A function has further ones that make better what passes its tests already.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lsprotocol import types

from reloc_lsp.server.language_server import ReLocServer
from reloc_lsp.server.session.documents import OpenDocument
from reloc_lsp.server.session.unit_status import SOURCE

KIND = "refactor.rewrite.reloc"
QUICK_FIX = types.CodeActionKind.QuickFix.value
TITLE = "Revise with ReLoc"
FILE_TITLE = "Revise the most suspicious function of this file with ReLoc"
SIMPLIFY, SPEED_UP, INSTRUCT = (f"{KIND}.{name}" for name in ("simplify", "speedUp", "instruct"))
IMPROVEMENTS = (
    (SIMPLIFY, "simplify", "simplify"),
    (SPEED_UP, "speed up", "speed-up"),
    (INSTRUCT, "with an instruction…", "instruct"),
)
"""Kind, words of the title, and objective of the actions on what passes its tests."""
NO_FILE = "ReLoc revises functions in files: save this document first."
UNREADABLE = "ReLoc cannot parse this file: mend its syntax first."

_CLASS = re.compile(r"\s*class\b")


def options() -> types.CodeActionOptions:
    """What the server announces; the action is complete and needs no resolving."""
    kinds = [KIND, SIMPLIFY, SPEED_UP, INSTRUCT, QUICK_FIX]
    return types.CodeActionOptions(code_action_kinds=kinds, resolve_provider=False)


def code_action(ls: ReLocServer, params: types.CodeActionParams) -> list[types.CodeAction | types.Command]:
    """The action for what is around the cursor, as a command: its edit takes a search to find.

    What cannot be revised has a disabled action that says why, where the user asked and the editor can show it.
    """
    document = ls.documents.opened(params.text_document.uri)
    if document is None:
        return []
    return [
        *_quick_fixes(ls, document, params),
        *_revisions(ls, document, params),
        *_improvements(ls, document, params),
    ]


def _quick_fixes(
    ls: ReLocServer, document: OpenDocument, params: types.CodeActionParams
) -> list[types.CodeAction | types.Command]:
    """A look at the proposal behind each of our hints; and its edit, for editors that put no questions."""
    if not _wanted(params.context.only, QUICK_FIX) or not ls.capabilities.code_action_literals:
        return []
    trusted = [diagnostic for diagnostic in params.context.diagnostics if diagnostic.source == SOURCE]
    if not trusted:
        return []
    # By their lines: not every editor sends back the data of a diagnostic.
    offers = {offer.id: offer for offer in ls.proposals.waiting}
    waiting = {unit.line - 1: offers.get(standing.offer or "") for unit, standing in ls.standings.of(document)}
    actions: list[types.CodeAction | types.Command] = []
    for diagnostic in trusted:
        offer = waiting.get(diagnostic.range.start.line)
        if offer is None:
            continue
        for title, name in ((offer.title("Show"), "reloc.show"), (offer.title("Apply"), "reloc.apply")):
            command = types.Command(title=title, command=name, arguments=[offer.id])
            actions.append(types.CodeAction(title=title, kind=QUICK_FIX, command=command, diagnostics=[diagnostic]))
    return actions


def _revisions(
    ls: ReLocServer, document: OpenDocument, params: types.CodeActionParams
) -> list[types.CodeAction | types.Command]:
    """The action that begins a search."""
    if not _wanted(params.context.only, KIND):
        return []
    automatic = params.context.trigger_kind == types.CodeActionTriggerKind.Automatic
    if document.file is None:
        return _disabled(ls, NO_FILE, automatic)
    line = params.range.start.line
    if _revisable(document, line, automatic):
        # The line and its version, not a name: which unit that is, the command finds out, which may take its time.
        return [_action(ls, TITLE, [document.uri, line, document.version])]
    if automatic or "def " not in document.source:
        return []
    if document.module is None:
        return _disabled(ls, UNREADABLE, automatic)
    return [_action(ls, FILE_TITLE, [document.uri, None, document.version])]


def _improvements(
    ls: ReLocServer, document: OpenDocument, params: types.CodeActionParams
) -> list[types.CodeAction | types.Command]:
    """The actions on a function that need tests which pass; whether they do is found out when one is chosen."""
    asks = ls.capabilities.input and ls.configuration.model_chosen
    wanted = [
        (kind, f"{TITLE}: {words}", objective)
        for kind, words, objective in IMPROVEMENTS
        if _wanted(params.context.only, kind) and (kind != INSTRUCT or asks)
    ]
    line = params.range.start.line
    automatic = params.context.trigger_kind == types.CodeActionTriggerKind.Automatic
    on_function = wanted and document.file is not None and not _begins_class(document, line)
    if not on_function or not _revisable(document, line, automatic):
        return []
    failing = ls.standings.failing_at(document, line + 1)
    if failing is not None:
        reason = f"{failing.passed} of {failing.total} tests of {failing.qualname} pass: all of them must first."
        return [action for kind, title, _ in wanted for action in _disabled(ls, reason, automatic, title, kind)]
    place = [document.uri, line, document.version]
    return [_action(ls, title, [*place, {"objective": objective}], kind) for kind, title, objective in wanted]


def _action(ls: ReLocServer, title: str, arguments: list[object], kind: str = KIND) -> types.CodeAction | types.Command:
    command = types.Command(title=title, command="reloc.revise", arguments=arguments)
    if not ls.capabilities.code_action_literals:
        return command
    tags = [types.CodeActionTag.LlmGenerated] if ls.capabilities.llm_tag and ls.configuration.model_chosen else None
    return types.CodeAction(title=title, kind=kind, command=command, tags=tags)


def _disabled(
    ls: ReLocServer, reason: str, automatic: bool, title: str = TITLE, kind: str = KIND
) -> list[types.CodeAction | types.Command]:
    if automatic or not ls.capabilities.disabled_actions:
        return []
    return [types.CodeAction(title=title, kind=kind, disabled=types.CodeActionDisabled(reason))]


def _begins_class(document: OpenDocument, line: int) -> bool:
    lines = document.index.lines
    return line < len(lines) and _CLASS.match(lines[line]) is not None


def _revisable(document: OpenDocument, line: int, automatic: bool) -> bool:
    """Whether `line` (from 0) is one of a function, or begins a class.

    If the editor asks on its own, it has to be that of the `def` or `class` itself.
    """
    lines = document.index.lines
    if line >= len(lines):
        return False
    if _CLASS.match(lines[line]):
        unit = document.module.at_line(line + 1) if document.module else None
        return unit is not None and unit.line == line + 1
    # Editors ask on their own while the user types: most such questions are answered by this glance.
    if automatic and "def" not in lines[line]:
        return False
    definition = document.function_at(line + 1)
    return definition is not None and (not automatic or definition == line + 1)


def _wanted(only: Sequence[types.CodeActionKind | str] | None, kind: str) -> bool:
    """Whether a kind of ours, or one it is a part of, was asked for."""
    if not only:
        return True
    asked = [str(getattr(kind, "value", kind)) for kind in only]
    return any(wider in ("", kind) or kind.startswith(wider + ".") for wider in asked)
