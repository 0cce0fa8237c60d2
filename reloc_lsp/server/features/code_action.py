"""`textDocument/codeAction`: `Revise with ReLoc` on the function or class at the cursor, else on the file.

A function has further actions, which improve a function whose tests pass. A diagnostic with a proposal has quick fixes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lsprotocol import types

from reloc_lsp.server.language_server import ReLocServer
from reloc_lsp.server.session.diagnostics import SOURCE
from reloc_lsp.server.session.documents import OpenDocument, no_file_reason

KIND = "refactor.rewrite.reloc"
QUICK_FIX = types.CodeActionKind.QuickFix.value
TITLE = "Revise with ReLoc"
FILE_TITLE = "Revise the most suspicious function of this file with ReLoc"
SIMPLIFY, SPEED_UP, INSTRUCT = (f"{KIND}.{name}" for name in ("simplify", "speedUp", "instruct"))
IMPROVEMENTS = (
    (SIMPLIFY, f"{TITLE}: simplify", "simplify"),
    (SPEED_UP, f"{TITLE}: speed up", "speed-up"),
    (INSTRUCT, f"{TITLE}: with an instruction…", "instruct"),
)
"""Kind, title and objective of the actions that improve a function whose tests pass."""
SYNTAX_ERROR = "ReLoc cannot parse this file: fix its syntax first."

_CLASS = re.compile(r"\s*class\b")

Actions = list[types.CodeAction | types.Command]


def options() -> types.CodeActionOptions:
    """The server's `codeActionProvider` capability; every action is complete and is not resolved later."""
    kinds = [KIND, SIMPLIFY, SPEED_UP, INSTRUCT, QUICK_FIX]
    return types.CodeActionOptions(code_action_kinds=kinds, resolve_provider=False)


def code_action(ls: ReLocServer, params: types.CodeActionParams) -> Actions:
    """The actions at the cursor. Each carries a command, because its edit takes a search to find.

    If the user requested actions and nothing can be revised, a disabled action gives the reason.
    """
    document = ls.session.documents.open_document(params.text_document.uri)
    if document is None:
        return []
    return [
        *_quick_fixes(ls, document, params),
        *_revisions(ls, document, params),
        *_improvements(ls, document, params),
    ]


def _quick_fixes(ls: ReLocServer, document: OpenDocument, params: types.CodeActionParams) -> Actions:
    """For each diagnostic with a proposal: show it, and apply it (for editors that cannot ask questions)."""
    if not _is_requested(params.context.only, QUICK_FIX) or not ls.session.capabilities.code_action_literals:
        return []
    reloc_diagnostics = [diagnostic for diagnostic in params.context.diagnostics if diagnostic.source == SOURCE]
    if not reloc_diagnostics:
        return []
    # Found by their lines: not every editor sends back the data of a diagnostic.
    by_line = {
        unit.line - 1: ls.proposals.find(status.proposal_id) for unit, status in ls.session.statuses.of(document)
    }
    actions: Actions = []
    for diagnostic in reloc_diagnostics:
        pending = by_line.get(diagnostic.range.start.line)
        if pending is None:
            continue
        for title, name in ((pending.title("Show"), "reloc.show"), (pending.title("Apply"), "reloc.apply")):
            command = types.Command(title=title, command=name, arguments=[pending.id])
            actions.append(types.CodeAction(title=title, kind=QUICK_FIX, command=command, diagnostics=[diagnostic]))
    return actions


def _revisions(ls: ReLocServer, document: OpenDocument, params: types.CodeActionParams) -> Actions:
    """The action that begins a search for a repair."""
    if not _is_requested(params.context.only, KIND):
        return []
    automatic = _is_automatic(params)
    if document.file is None:
        return _disabled(ls, no_file_reason(document.uri), automatic)
    line = params.range.start.line
    if _is_revisable(document, line, automatic):
        # The line and its version instead of a name: the command then finds the unit, which may need a parse.
        return [_action(ls, TITLE, [document.uri, line, document.version])]
    if automatic or "def " not in document.source:
        return []
    if document.module is None:
        return _disabled(ls, SYNTAX_ERROR, automatic)
    return [_action(ls, FILE_TITLE, [document.uri, None, document.version])]


def _improvements(ls: ReLocServer, document: OpenDocument, params: types.CodeActionParams) -> Actions:
    """The actions on a function whose tests pass. Whether they pass is found out when the user chooses one."""
    instructable = ls.session.capabilities.input and ls.session.configuration.uses_model
    requested = [
        (kind, title, objective)
        for kind, title, objective in IMPROVEMENTS
        if _is_requested(params.context.only, kind) and (kind != INSTRUCT or instructable)
    ]
    line = params.range.start.line
    automatic = _is_automatic(params)
    on_function = requested and document.file is not None and not _begins_class(document, line)
    if not on_function or not _is_revisable(document, line, automatic):
        return []
    failing = ls.session.statuses.failing_at(document, line + 1)
    if failing is not None:
        reason = f"{failing.passed} of {failing.total} tests of {failing.qualname} pass: all of them must pass first."
        return [action for kind, title, _ in requested for action in _disabled(ls, reason, automatic, title, kind)]
    where = [document.uri, line, document.version]
    return [_action(ls, title, [*where, {"objective": objective}], kind) for kind, title, objective in requested]


def _action(ls: ReLocServer, title: str, arguments: list[object], kind: str = KIND) -> types.CodeAction | types.Command:
    """An action with the command `reloc.revise`; the bare command for editors without code action literals."""
    command = types.Command(title=title, command="reloc.revise", arguments=arguments)
    if not ls.session.capabilities.code_action_literals:
        return command
    by_model = ls.session.capabilities.llm_tag and ls.session.configuration.uses_model
    tags = [types.CodeActionTag.LlmGenerated] if by_model else None
    return types.CodeAction(title=title, kind=kind, command=command, tags=tags)


def _disabled(ls: ReLocServer, reason: str, automatic: bool, title: str = TITLE, kind: str = KIND) -> Actions:
    if automatic or not ls.session.capabilities.disabled_actions:
        return []
    return [types.CodeAction(title=title, kind=kind, disabled=types.CodeActionDisabled(reason))]


def _is_automatic(params: types.CodeActionParams) -> bool:
    """Whether the editor requests actions by itself, for instance when the cursor moves."""
    return params.context.trigger_kind == types.CodeActionTriggerKind.Automatic


def _begins_class(document: OpenDocument, line: int) -> bool:
    lines = document.index.lines
    return line < len(lines) and _CLASS.match(lines[line]) is not None


def _is_revisable(document: OpenDocument, line: int, automatic: bool) -> bool:
    """Whether `line` (from 0) belongs to a function or is the first line of a class.

    For an automatic request it must be the line of the `def` or `class` itself.
    """
    lines = document.index.lines
    if line >= len(lines):
        return False
    if _CLASS.match(lines[line]):
        unit = document.module.at_line(line + 1) if document.module else None
        return unit is not None and unit.line == line + 1
    # Editors send automatic requests while the user types. This check answers most of them without a parse.
    if automatic and "def" not in lines[line]:
        return False
    definition = document.function_at(line + 1)
    return definition is not None and (not automatic or definition == line + 1)


def _is_requested(only: Sequence[types.CodeActionKind | str] | None, kind: str) -> bool:
    """Whether the request's `only` contains `kind` or a kind above it."""
    if not only:
        return True
    requested = [str(getattr(kind, "value", kind)) for kind in only]
    return any(wider in ("", kind) or kind.startswith(wider + ".") for wider in requested)
