"""The VS Code extension declares the settings of the server, with the same defaults and the same trust."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reloc_lsp.settings import USER_ONLY, Settings

PACKAGE = json.loads((Path(__file__).parents[2] / "editors" / "vscode" / "package.json").read_text("utf-8"))
DECLARED = PACKAGE["contributes"]["configuration"]["properties"]
OF_THE_EXTENSION = "reloc.server."


def settings(tree: Any, path: str = "reloc.") -> Iterator[tuple[str, Any, bool]]:
    """Every setting of a tree: its name in the editor, its default, and whether a workspace may not choose it."""
    for field in dataclasses.fields(tree):
        value = getattr(tree, field.name)
        name = path + re.sub(r"_(\w)", lambda letter: letter[1].upper(), field.name)
        if dataclasses.is_dataclass(value):
            yield from settings(value, name + ".")
        else:
            yield name, list(value) if isinstance(value, tuple) else value, field.metadata == USER_ONLY


def test_the_extension_declares_the_servers_settings_with_their_defaults() -> None:
    trusted = {name: default for name, default, _ in settings(Settings())}
    declared = {n: setting["default"] for n, setting in DECLARED.items() if not n.startswith(OF_THE_EXTENSION)}
    assert declared == trusted


def test_what_a_workspace_may_not_choose_is_not_a_setting_of_folders() -> None:
    """VS Code takes settings of the machine from nowhere else, and overridable ones from trusted workspaces only."""
    trusted = {name for name, _, user_only in settings(Settings()) if user_only}
    for name, setting in DECLARED.items():
        if name in trusted or name.startswith(OF_THE_EXTENSION):
            assert setting["scope"] in ("machine", "machine-overridable", "application"), name
        else:
            assert setting["scope"] == "resource", name


def test_every_setting_is_described() -> None:
    assert all(setting["markdownDescription"].endswith(".") for setting in DECLARED.values())
