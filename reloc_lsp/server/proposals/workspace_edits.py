"""From a proposal to the smallest edit of the document's current text, inside the revised unit only."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types

from reloc_lsp.program.source_text import LineIndex
from reloc_lsp.program.text_edit import Edit, line_edits
from reloc_lsp.program.unit import Module
from reloc_lsp.server.session.documents import parse

if TYPE_CHECKING:
    from reloc_lsp.revision import Proposal


@dataclass(frozen=True)
class UnitChange:
    """The whole lines of a unit before and after its revision."""

    qualname: str
    before: str
    after: str

    def rebased(self, module: Module | None) -> list[Edit] | None:
        """The edits of a module's current text; `None` if the unit is missing or was edited."""
        units = module.units if module else []
        for unit in reversed(units):
            if module and unit.qualname == self.qualname and module.source(unit) == self.before:
                return [edit.shifted(unit.start) for edit in line_edits(self.before, self.after)]
        return None

    def is_done_in(self, module: Module | None) -> bool:
        """Whether a module contains the revised unit. A line end more or less at the unit's end does not matter."""
        after = self.after.rstrip("\r\n")
        return module is not None and any(
            unit.qualname == self.qualname and module.source(unit).rstrip("\r\n") == after for unit in module.units
        )


def unit_change(proposal: Proposal) -> UnitChange | None:
    """What a proposal changes; `None` if it changes nothing, or any text outside of its unit."""
    before, after = proposal.original, proposal.source
    old, new = parse(before), parse(after)
    if old is None or new is None or before == after:
        return None
    candidates = ([u for u in module.units if u.qualname == proposal.qualname] for module in (old, new))
    for unit, revised in itertools.product(*candidates):
        outside = before[: unit.start], before[unit.end :]
        if outside == (after[: revised.start], after[revised.end :]):
            return UnitChange(unit.qualname, old.source(unit), new.source(revised))
    return None


def workspace_edit(
    uri: str, version: int | None, text: str, edits: Sequence[Edit], *, code_unit_bytes: int, versioned: bool
) -> types.WorkspaceEdit:
    """The edits of `text` as an LSP `WorkspaceEdit`; with `versioned` as `documentChanges`, else as `changes`.

    `code_unit_bytes` is the size of one code unit in which the editor counts columns.
    """
    index = LineIndex(text)

    def position(offset: int) -> types.Position:
        return types.Position(*index.editor_position(offset, code_unit_bytes))

    text_edits = [
        types.TextEdit(types.Range(position(edit.start), position(edit.end)), edit.text)
        for edit in (_before_last_line_end(text, edit) for edit in edits)
    ]
    if not versioned:
        return types.WorkspaceEdit(changes={uri: text_edits})
    document = types.OptionalVersionedTextDocumentIdentifier(uri=uri, version=version)
    return types.WorkspaceEdit(
        document_changes=[types.TextDocumentEdit(text_document=document, edits=list(text_edits))]
    )


def _before_last_line_end(text: str, edit: Edit) -> Edit:
    """Move an insertion behind the last line end before it: Neovim would leave an empty line there."""
    newline = "\r\n" if text.endswith("\r\n") else text[-1:]
    at_end = edit.start == edit.end == len(text) and newline in ("\n", "\r\n", "\r")
    if not (at_end and edit.text.endswith(newline)):
        return edit
    at = len(text) - len(newline)
    return Edit(at, at, newline + edit.text.removesuffix(newline))
