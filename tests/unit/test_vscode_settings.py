"""The VS Code extension declares the settings of the server: the same defaults, sources and descriptions."""

from __future__ import annotations

import json
import re
from pathlib import Path

from reloc_lsp.settings.reference import settings_reference

PACKAGE = json.loads((Path(__file__).parents[2] / "editors" / "vscode" / "package.json").read_text("utf-8"))
DECLARED = PACKAGE["contributes"]["configuration"]["properties"]
OF_THE_EXTENSION = "reloc.server."
SETTINGS = {"reloc." + re.sub(r"_(\w)", lambda letter: letter[1].upper(), row.key): row for row in settings_reference()}


def test_the_extension_declares_the_servers_settings_with_their_defaults() -> None:
    declared = {n: setting["default"] for n, setting in DECLARED.items() if not n.startswith(OF_THE_EXTENSION)}
    assert declared == {name: row.default for name, row in SETTINGS.items()}


def test_what_a_workspace_may_not_choose_is_not_a_setting_of_folders() -> None:
    """VS Code takes settings of the machine from nowhere else, and overridable ones from trusted workspaces only."""
    user_only = {name for name, row in SETTINGS.items() if row.user_only}
    for name, setting in DECLARED.items():
        if name in user_only or name.startswith(OF_THE_EXTENSION):
            assert setting["scope"] in ("machine", "machine-overridable", "application"), name
        else:
            assert setting["scope"] == "resource", name


def test_every_setting_is_described_in_sentences_of_the_schema() -> None:
    for name, setting in DECLARED.items():
        description = setting["markdownDescription"]
        assert description.endswith("."), name
        assert name.startswith(OF_THE_EXTENSION) or description.startswith(SETTINGS[name].description), name
