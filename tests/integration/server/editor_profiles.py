"""The capabilities of editors that pytest-lsp does not know: the part that matters to this server."""

from __future__ import annotations

from typing import Any

from lsp_editor import server_converter
from lsprotocol import types

KINDS = ["", "quickfix", "refactor", "refactor.extract", "refactor.inline", "refactor.rewrite", "source"]

PROFILES: dict[str, Any] = {
    # helix-lsp/src/client.rs of Helix 25
    "helix": {
        "general": {"positionEncodings": ["utf-8", "utf-32", "utf-16"]},
        "workspace": {
            "applyEdit": True, "configuration": True, "workspaceFolders": True,
            "didChangeConfiguration": {"dynamicRegistration": False},
            "workspaceEdit": {"documentChanges": True, "failureHandling": "abort", "normalizesLineEndings": False},
        },
        "textDocument": {
            "codeAction": {
                "codeActionLiteralSupport": {"codeActionKind": {"valueSet": KINDS}}, "disabledSupport": True,
                "dataSupport": True, "resolveSupport": {"properties": ["edit", "command"]},
            },
            "hover": {"contentFormat": ["markdown"]},
            "publishDiagnostics": {"versionSupport": True, "tagSupport": {"valueSet": [1, 2]}},
        },
        "window": {"workDoneProgress": True},
    },
    # crates/lsp/src/lsp.rs of Zed
    "zed": {
        "general": {"positionEncodings": ["utf-16"]},
        "workspace": {
            "applyEdit": True, "configuration": True, "workspaceFolders": True,
            "didChangeConfiguration": {"dynamicRegistration": True}, "diagnostic": {"refreshSupport": True},
            "workspaceEdit": {"documentChanges": True, "snippetEditSupport": True},
        },
        "textDocument": {
            "codeAction": {
                "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["refactor", "quickfix", "source"]}},
                "dataSupport": True, "resolveSupport": {"properties": ["kind", "diagnostics", "edit", "command"]},
            },
            "hover": {"contentFormat": ["markdown"]},
            "diagnostic": {"dynamicRegistration": False, "relatedDocumentSupport": True},
        },
        "window": {"workDoneProgress": True, "showMessage": {}},
        "experimental": {"serverStatusNotification": True, "localDocs": True},
    },
}  # fmt: skip


def capabilities(name: str) -> types.ClientCapabilities:
    """The capabilities of one of these editors."""
    return server_converter().structure(PROFILES[name], types.ClientCapabilities)
