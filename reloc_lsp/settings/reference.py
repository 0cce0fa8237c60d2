"""A row for every setting, for the documentation: read from the schema, so that the two never differ."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import textwrap
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from reloc_lsp.settings.conversion import allowed
from reloc_lsp.settings.schema import Settings


@dataclass(frozen=True)
class SettingRow:
    """One setting.

    `key` is dotted snake_case, as in pyproject.toml. `allowed` are its values in words. `default` is a plain value of
    JSON (`None`: not set). `description` is Markdown, whole sentences on one line, with the unit. `user_only` is true
    where a workspace's own files may not set it.
    """

    key: str
    allowed: str
    default: Any
    description: str
    user_only: bool


def settings_reference(section: Any = None, path: str = "") -> Iterator[SettingRow]:
    """Every setting in `section` (none: in all of `Settings`), in the order of the schema; `path` precedes the keys."""
    section = Settings() if section is None else section
    kind = type(section)
    descriptions, hints = _field_docstrings(kind), typing.get_type_hints(kind)
    for field in dataclasses.fields(section):
        key, default = path + field.name, getattr(section, field.name)
        if dataclasses.is_dataclass(default):
            yield from settings_reference(default, f"{key}.")
        else:
            yield SettingRow(
                key,
                allowed(hints[field.name]),
                list(default) if isinstance(default, tuple) else default,
                descriptions[field.name],
                user_only=bool(field.metadata.get("user_only")),
            )


def _field_docstrings(kind: type) -> dict[str, str]:
    """The string that stands below each field of the class `kind`, on one line."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(definition, ast.ClassDef)
    found = {}
    for statement, following in zip(definition.body, definition.body[1:], strict=False):
        match statement, following:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                found[name] = " ".join(text.split())
    return found
