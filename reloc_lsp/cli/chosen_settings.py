"""The settings of one call: its flags over the settings files."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from reloc_lsp.cli.printing import warn
from reloc_lsp.settings import Layer, Settings, layered, pyproject_layer, user_layer


def chosen_settings(
    options: argparse.Namespace, root: Path, here: Path, replayed: Mapping[str, Any] = MappingProxyType({})
) -> Settings:
    """The settings of a call that was made in the folder `here`, for the workspace `root`.

    The flags win over the settings of a `replayed` trace, these over the workspace's pyproject.toml, and this over the
    user's own settings file. Prints a warning to stderr for each setting that cannot be used.
    """
    user, unreadable = user_layer()
    project, also_unreadable = pyproject_layer(root)
    flags = Layer("command line", _values(options, root, here))
    settings, problems = layered([user, project, Layer("trace", replayed), flags])
    for problem in (*unreadable, *also_unreadable, *problems):
        warn(f"warning: {problem}")
    return settings


def program_path(name: str | None, here: Path) -> str | None:
    """The absolute path of a program named in the folder `here`; a bare name stays: it is looked up on the PATH."""
    if name is None or os.path.basename(name) == name:
        return name
    return os.path.abspath(here / os.path.expanduser(name))


def _values(options: argparse.Namespace, root: Path, here: Path) -> dict[str, Any]:
    """The flags as a tree of settings; `None` where a flag was not given."""
    names = {
        "budget": ("seconds", "evaluations", "calls", "tokens"),
        "search": ("algorithm", "rules", "reviser", "seed"),
        "evaluation": ("tests", "interpreter", "sandbox"),
        "review": ("powers",),
    }
    values = {table: {name: getattr(options, name) for name in group} for table, group in names.items()}
    values["model"] = {"name": options.model, "base_url": options.base_url}
    values["evaluation"]["tests"] = _from_root(options.tests, root, here)
    values["evaluation"]["interpreter"] = program_path(options.interpreter, here)
    return values


def _from_root(tests: Sequence[str] | None, root: Path, here: Path) -> list[str] | None:
    """Node ids relative to the workspace's root, as pytest writes them; those of files outside it do not change."""
    if tests is None:
        return None
    moved = []
    for test in tests:
        name, separator, inner = test.partition("::")
        path = Path(os.path.abspath(here / name))
        inside = path.is_relative_to(root) and os.path.exists(path)
        moved.append((path.relative_to(root).as_posix() if inside else name) + separator + inner)
    return moved
