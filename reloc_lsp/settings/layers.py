"""Settings filled in layers: flag over editor over pyproject.toml over the user's file over default.

Bad input never stops the program: each bad value gets one message that names the key, the value and what is
allowed, and the next lower layer's value counts.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

from reloc_lsp.settings.schema import Settings


@dataclass(frozen=True)
class Layer:
    """One source of settings: `name` is how messages call it; `trusted` is false for a workspace's own files."""

    name: str
    values: Mapping[str, Any]
    trusted: bool = True


def layered(layers: Sequence[Layer]) -> tuple[Settings, list[str]]:
    """Settings from `layers`, lowest first, and a message for each thing in them that cannot be used."""
    settings = Settings()
    complaints: list[str] = []
    for layer in layers:
        settings = _merge(settings, layer.values, layer, "", complaints)
    return settings, complaints


def _merge(current: Any, values: Mapping[str, Any], layer: Layer, path: str, complaints: list[str]) -> Any:
    known = {_plain(f.name): f for f in fields(current)}
    hints = typing.get_type_hints(type(current))
    changes: dict[str, Any] = {}
    for key, value in values.items():
        full = f"{path}{key}"
        target = known.get(_plain(key))
        if target is None:
            near = difflib.get_close_matches(_plain(key), known, 1)
            meant = f" Did you mean {path}{near[0]}?" if near else f" Known here: {', '.join(known)}."
            complaints.append(f"{layer.name}: the setting {full} is not known.{meant}")
        elif target.metadata.get("user_only") and not layer.trusted:
            complaints.append(f"{layer.name}: {full} may be set by the user only, not by a workspace; it is left out.")
        elif dataclasses.is_dataclass(getattr(current, target.name)):
            if isinstance(value, Mapping):
                nested = getattr(current, target.name)
                changes[target.name] = _merge(nested, value, layer, full + ".", complaints)
            else:
                complaints.append(f"{layer.name}: {full} is {value!r}, but must be a table of settings.")
        elif value is not None:
            fits, converted = _convert(value, hints[target.name])
            if fits:
                changes[target.name] = converted
            else:
                allowed = _allowed(hints[target.name])
                complaints.append(f"{layer.name}: {full} is {value!r}, but must be {allowed}.")
    return dataclasses.replace(current, **changes)


def _plain(key: str) -> str:
    """One spelling for camelCase, kebab-case and snake_case."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).replace("-", "_").lower()


def _convert(value: Any, hint: Any) -> tuple[bool, Any]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        tries = [_convert(value, argument) for argument in arguments if argument is not type(None)]
        return next((t for t in tries if t[0]), (False, None))
    if origin is Literal:
        return value in arguments, value
    if origin is tuple:
        fits = isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)
        return fits, tuple(value) if fits else None
    if hint is float:
        fits = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
        return fits, float(value) if fits else None
    if hint is int:
        fits = isinstance(value, int) and not isinstance(value, bool) and value >= 0
        return fits, value
    return isinstance(value, hint), value


def _allowed(hint: Any) -> str:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return " or ".join(_allowed(a) for a in arguments if a is not type(None))
    if origin is Literal:
        return "one of " + ", ".join(map(repr, arguments))
    names = {
        float: "a number of at least 0",
        int: "a whole number of at least 0",
        str: "text",
        bool: "true or false",
    }
    return "a list of texts" if origin is tuple else names[hint]
