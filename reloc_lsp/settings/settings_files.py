"""The layers of settings that are files: the workspace's pyproject.toml, and the user's own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reloc_lsp.settings.layers import Layer


def user_file() -> Path:
    """Where the user's own settings are looked for, for all workspaces, terminals and editors."""
    import platformdirs  # Here, for the server's start is not to wait for it.

    return platformdirs.user_config_path("reloc_lsp", appauthor=False) / "settings.toml"


def user_layer() -> tuple[Layer, list[str]]:
    """The user's own settings, empty where there are none; and what is wrong with the file."""
    path = user_file()
    values, complaints = _read(path, str(path))
    return Layer(str(path), values), complaints


def pyproject_layer(root: Path) -> tuple[Layer, list[str]]:
    """The `[tool.reloc]` table of the workspace's pyproject.toml, and what is wrong with the file."""
    name = "pyproject.toml"
    values, complaints = _read(root / name, name)
    tool = values.get("tool", {})
    table = tool.get("reloc", {}) if isinstance(tool, dict) else None
    if not isinstance(table, dict):
        table, complaints = {}, [f"{name}: tool.reloc must be a table: it is left out."]
    return Layer(name, table, trusted=False), complaints


def _read(path: Path, name: str) -> tuple[Mapping[str, Any], list[str]]:
    try:
        return tomllib.loads(path.read_text("utf-8")), []
    except FileNotFoundError:
        return {}, []
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return {}, [f"{name} cannot be read ({error}): its settings are left out."]
