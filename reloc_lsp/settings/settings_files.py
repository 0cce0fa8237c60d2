"""The layers of settings that come from files: the workspace's pyproject.toml and the user's own settings.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reloc_lsp.settings.layers import Layer


def user_file() -> Path:
    """The path of the user's own settings, for all workspaces, terminals and editors."""
    import platformdirs  # Not at the top: the start of the server must not wait for it.

    return platformdirs.user_config_path("reloc_lsp", appauthor=False) / "settings.toml"


def user_layer() -> tuple[Layer, list[str]]:
    """The user's own settings, empty if there is no file; and a message if the file cannot be used."""
    path = user_file()
    values, messages = _read(path, str(path))
    return Layer(str(path), values), messages


def pyproject_layer(root: Path) -> tuple[Layer, list[str]]:
    """The `[tool.reloc]` table of the pyproject.toml in `root`, and a message if it cannot be used."""
    name = "pyproject.toml"
    values, messages = _read(root / name, name)
    tool = values.get("tool", {})
    table = tool.get("reloc", {}) if isinstance(tool, dict) else None
    if not isinstance(table, dict):
        table, messages = {}, [f"{name}: tool.reloc must be a table: it is left out."]
    return Layer(name, table, trusted=False), messages


def _read(path: Path, name: str) -> tuple[Mapping[str, Any], list[str]]:
    try:
        return tomllib.loads(path.read_text("utf-8")), []
    except FileNotFoundError:
        return {}, []
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return {}, [f"{name} cannot be read ({error}): its settings are left out."]
