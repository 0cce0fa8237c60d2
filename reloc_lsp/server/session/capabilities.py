"""What the connected editor can do, resolved once into named booleans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lsprotocol import types
from pygls.capabilities import get_capability


@dataclass(frozen=True)
class EditorCapabilities:
    """The editor's capabilities that this server uses; all are false before `initialize`.

    Two are experimental capabilities of our own. `proposals` (`reloc.proposals`): the editor displays proposals itself.
    `input` (`reloc.input`): the editor asks its user for an instruction when it receives `reloc/instruction`.
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
    def of(cls, client: types.ClientCapabilities) -> EditorCapabilities:
        """Resolve the `ClientCapabilities` of the `initialize` request."""

        def has(path: str) -> bool:
            return bool(get_capability(client, path, False))

        experimental = client.experimental if isinstance(client.experimental, Mapping) else {}
        section = experimental.get("reloc")
        reloc = section if isinstance(section, Mapping) else {}
        formats = get_capability(client, "text_document.hover.content_format", ()) or ()
        tags = get_capability(client, "text_document.code_action.tag_support.value_set", ()) or ()
        return cls(
            work_done_progress=has("window.work_done_progress"),
            apply_edit=has("workspace.apply_edit"),
            document_changes=has("workspace.workspace_edit.document_changes"),
            show_document=has("window.show_document.support"),
            code_action_literals=has("text_document.code_action.code_action_literal_support"),
            configuration=has("workspace.configuration"),
            configuration_registration=has("workspace.did_change_configuration.dynamic_registration"),
            llm_tag=types.CodeActionTag.LlmGenerated in tags,
            disabled_actions=has("text_document.code_action.disabled_support"),
            lens_refresh=has("workspace.code_lens.refresh_support"),
            markdown=types.MarkupKind.Markdown in formats,
            proposals=reloc.get("proposals") is True,
            input=reloc.get("input") is True,
        )
