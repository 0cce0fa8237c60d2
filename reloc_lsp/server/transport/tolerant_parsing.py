"""Reads the readable part of an `initialize` request: editors may be newer than the protocol types used here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lsprotocol import types

if TYPE_CHECKING:
    from cattrs import Converter

REQUIRED_PARAMS: dict[str, Any] = {"processId": None, "capabilities": {}}
"""The required members of `InitializeParams`, with the value used if the editor sends none."""


def readable_initialize(converter: Converter, message: dict[str, Any]) -> dict[str, Any]:
    """The `initialize` request without its unreadable parts, such as a value that a later LSP version added."""

    def with_params(params: Any) -> dict[str, Any]:
        return {**message, "params": {**REQUIRED_PARAMS, **params}}

    def fits(params: Any) -> bool:
        try:
            converter.structure(with_params(params), types.InitializeRequest)
        except Exception:
            return False
        return True

    params = message.get("params")
    return with_params(readable(params, fits) if isinstance(params, dict) else {})


def readable(value: Any, fits: Callable[[Any], bool]) -> Any:
    """`value` without the members and items that `fits` rejects, removed as deep inside as possible.

    A value that is no object or array is returned unchanged, although `fits` may reject it.
    """
    if fits(value):
        return value
    if isinstance(value, dict):
        members: dict[str, Any] = {}
        for name, member in value.items():

            def fits_there(part: Any, name: str = name) -> bool:
                return fits({**members, name: part})

            part = readable(member, fits_there)
            if fits_there(part):
                members[name] = part
        return members
    if isinstance(value, list):
        items: list[Any] = []
        for item in value:
            items += [item] if fits([*items, item]) else []
        return items
    return value
