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


def test_user_only_settings_have_no_resource_scope() -> None:
    """VS Code reads `machine` settings from the user only, `machine-overridable` ones also from trusted workspaces."""
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
