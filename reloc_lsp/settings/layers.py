"""Settings from layers: flag over editor over pyproject.toml over the user's file over default.

Bad input never stops the program. Each bad value gets one message that names the key, the value and what is allowed,
and the value of the next lower layer counts.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from reloc_lsp.settings.conversion import allowed, convert
from reloc_lsp.settings.schema import Settings


@dataclass(frozen=True)
class Layer:
    """One source of settings.

    `name` is what messages call it. `values` is a nested table in any spelling of the keys: snake_case, kebab-case or
    camelCase; `None` stands for a value that is not given. `trusted` is false for a workspace's own files.
    """

    name: str
    values: Mapping[str, Any]
    trusted: bool = True


def layered(layers: Sequence[Layer]) -> tuple[Settings, list[str]]:
    """Settings from `layers`, lowest first, and a message for each value in them that cannot be used."""
    settings = Settings()
    messages: list[str] = []
    for layer in layers:
        merge = _Merge(layer)
        settings = merge.into(settings, layer.values)
        messages += merge.messages
    return settings, messages


@dataclass(frozen=True)
class _Merge:
    """Lays one layer over the settings of the lower ones."""

    layer: Layer
    messages: list[str] = field(default_factory=list)

    def into(self, section: Any, values: Mapping[str, Any], path: str = "") -> Any:
        """The dataclass `section`, whose keys start with `path`, with those of `values` that can be used."""
        known = {f.name: f for f in fields(section)}
        former = {f.metadata["former_name"]: f for f in fields(section) if "former_name" in f.metadata}
        changes: dict[str, Any] = {}
        for key, value in values.items():
            setting = known.get(_snake_case(key))
            if setting is None and _snake_case(key) in former:
                setting = former[_snake_case(key)]
                self._report(f"{path}{key} is called {path}{setting.name}. The next release drops the old name.")
            if setting is None:
                near = difflib.get_close_matches(_snake_case(key), known, 1)
                hint = f"Did you mean {path}{near[0]}?" if near else f"Known here: {', '.join(known)}."
                self._report(f"the setting {path}{key} is not known. {hint}")
            elif setting.metadata.get("user_only") and not self.layer.trusted:
                self._report(f"{path}{key} may be set by the user only, not by a workspace; it is left out.")
            else:
                changes[setting.name] = self._merged(section, setting.name, value, path + key)
        return dataclasses.replace(section, **changes)

    def _merged(self, section: Any, name: str, value: Any, key: str) -> Any:
        """The field `name` of `section` with `value`, or as it is where `value` does not fit."""
        lower = getattr(section, name)
        if dataclasses.is_dataclass(lower):
            if isinstance(value, Mapping):
                return self.into(lower, value, f"{key}.")
            self._report(f"{key} is {value!r}, but must be a table of settings.")
        elif value is not None:
            kind = typing.get_type_hints(type(section))[name]
            try:
                return convert(value, kind)
            except ValueError:
                self._report(f"{key} is {value!r}, but must be {allowed(kind)}.")
        return lower

    def _report(self, message: str) -> None:
        self.messages.append(f"{self.layer.name}: {message}")


def _snake_case(key: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).replace("-", "_").lower()
