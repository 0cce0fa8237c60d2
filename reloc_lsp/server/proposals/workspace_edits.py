"""From a proposal to the smallest edit of the text as it stands now, inside the revised unit only."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types

from reloc_lsp.program.source_text import LineIndex
from reloc_lsp.program.text_edit import Edit, line_edits
from reloc_lsp.program.unit import Module
from reloc_lsp.server.session.documents import parsed

if TYPE_CHECKING:
    from reloc_lsp.revision import Proposal


@dataclass(frozen=True)
class UnitChange:
    """A unit's whole lines before and after its revision."""

    qualname: str
    before: str
    after: str

    def rebased(self, module: Module | None) -> list[Edit] | None:
        """The edits of a module's text; `None` where the unit is gone or is not what was revised."""
        units = module.units if module else []
        for unit in reversed(units):
            if module and unit.qualname == self.qualname and module.source(unit) == self.before:
                return [edit.shifted(unit.start) for edit in line_edits(self.before, self.after)]
        return None

    def is_done_in(self, module: Module | None) -> bool:
        """Whether a module holds the revised unit; a last line end more or less does not matter."""
        after = self.after.rstrip("\r\n")
        return module is not None and any(
            unit.qualname == self.qualname and module.source(unit).rstrip("\r\n") == after for unit in module.units
        )


def unit_change(proposal: Proposal) -> UnitChange | None:
    """What a proposal changes; `None` where it changes nothing, or anything outside of its unit."""
    before, after = proposal.original, proposal.source
    old, new = parsed(before), parsed(after)
    if old is None or new is None or before == after:
        return None
    candidates = ([u for u in module.units if u.qualname == proposal.qualname] for module in (old, new))
    for unit, revised in itertools.product(*candidates):
        around = before[: unit.start], before[unit.end :]
        if around == (after[: revised.start], after[revised.end :]):
            return UnitChange(unit.qualname, old.source(unit), new.source(revised))
    return None


def workspace_edit(
    uri: str, version: int | None, text: str, edits: Sequence[Edit], *, unit_bytes: int, versioned: bool
) -> types.WorkspaceEdit:
    """The edits of `text` for the editor; `versioned` where it takes `documentChanges`."""
    index = LineIndex(text)

    def position(offset: int) -> types.Position:
        return types.Position(*index.editor_position(offset, unit_bytes))

    text_edits = [
        types.TextEdit(types.Range(position(edit.start), position(edit.end)), edit.text)
        for edit in (_inside(text, edit) for edit in edits)
    ]
    if not versioned:
        return types.WorkspaceEdit(changes={uri: text_edits})
    document = types.OptionalVersionedTextDocumentIdentifier(uri=uri, version=version)
    return types.WorkspaceEdit(
        document_changes=[types.TextDocumentEdit(text_document=document, edits=list(text_edits))]
    )


def _inside(text: str, edit: Edit) -> Edit:
    """An insertion behind the last line end moved before it: Neovim would leave an empty line there."""
    newline = "\r\n" if text.endswith("\r\n") else text[-1:]
    at_end = edit.start == edit.end == len(text) and newline in ("\n", "\r\n", "\r")
    if not (at_end and edit.text.endswith(newline)):
        return edit
    at = len(text) - len(newline)
    return Edit(at, at, newline + edit.text.removesuffix(newline))
