"""What of a message can be read where not all of it can: editors are newer than the protocol's types here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lsprotocol import types

if TYPE_CHECKING:
    from cattrs import Converter

LEAST: dict[str, Any] = {"processId": None, "capabilities": {}}
"""What `initialize` must have."""


def readable_initialize(converter: Converter, message: dict[str, Any]) -> dict[str, Any]:
    """An `initialize` request without what cannot be read of it, say the newest value of an enumeration."""

    def with_params(params: Any) -> dict[str, Any]:
        return {**message, "params": {**LEAST, **params}}

    def fits(params: Any) -> bool:
        try:
            converter.structure(with_params(params), types.InitializeRequest)
        except Exception:
            return False
        return True

    params = message.get("params")
    return with_params(readable(params, fits) if isinstance(params, dict) else {})


def readable(value: Any, fits: Callable[[Any], bool]) -> Any:
    """The value without what keeps it from fitting, as deep inside as can be; it may still not fit."""
    if fits(value):
        return value
    if isinstance(value, dict):
        members: dict[str, Any] = {}
        for name, member in value.items():

            def fits_there(found: Any, name: str = name) -> bool:
                return fits({**members, name: found})

            found = readable(member, fits_there)
            if fits_there(found):
                members[name] = found
        return members
    if isinstance(value, list):
        items: list[Any] = []
        for item in value:
            items += [item] if fits([*items, item]) else []
        return items
    return value
