"""What the connected editor can do, folded once into named booleans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lsprotocol import types
from pygls.capabilities import get_capability


@dataclass(frozen=True)
class EditorCapabilities:
    """The editor's abilities that make a difference here; all false until `initialize` came.

    `proposals`: it draws them itself, as it says by the experimental capability `reloc.proposals`; `input`: it asks the
    user for an instruction when told to, as it says by `reloc.input`.
    """

    work_done_progress: bool = False
    apply_edit: bool = False
    document_changes: bool = False
    show_document: bool = False
    code_action_literals: bool = False
    configuration: bool = False
    configuration_registration: bool = False
    llm_tag: bool = False
    disabled_actions: bool = False
    proposals: bool = False
    input: bool = False
    lens_refresh: bool = False
    markdown: bool = False

    @classmethod
    def of(cls, announced: types.ClientCapabilities) -> EditorCapabilities:
        """Resolve the capabilities sent with `initialize`."""

        def able(path: str) -> bool:
            return bool(get_capability(announced, path, False))

        experimental = announced.experimental if isinstance(announced.experimental, Mapping) else {}
        named = experimental.get("reloc")
        trusted = named if isinstance(named, Mapping) else {}
        formats = get_capability(announced, "text_document.hover.content_format", ()) or ()
        tags = get_capability(announced, "text_document.code_action.tag_support.value_set", ()) or ()
        return cls(
            work_done_progress=able("window.work_done_progress"),
            apply_edit=able("workspace.apply_edit"),
            document_changes=able("workspace.workspace_edit.document_changes"),
            show_document=able("window.show_document.support"),
            code_action_literals=able("text_document.code_action.code_action_literal_support"),
            configuration=able("workspace.configuration"),
            configuration_registration=able("workspace.did_change_configuration.dynamic_registration"),
            llm_tag=types.CodeActionTag.LlmGenerated in tags,
            disabled_actions=able("text_document.code_action.disabled_support"),
            lens_refresh=able("workspace.code_lens.refresh_support"),
            markdown=types.MarkupKind.Markdown in formats,
            proposals=trusted.get("proposals") is True,
            input=trusted.get("input") is True,
        )
