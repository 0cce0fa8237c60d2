"""Converts one value, as an editor, a TOML file or a flag gives it, to the type of its setting.

cattrs converts. The hooks here make it strict: cattrs alone takes `"3"` for a number and a text for a list of letters.
"""

from __future__ import annotations

import types
import typing
from typing import Any, Literal

from cattrs import Converter

_ALLOWED = {
    float: "a number of at least 0",
    int: "a whole number of at least 0",
    str: "text",
    bool: "true or false",
}
"""What each simple type accepts, in words."""


def convert(value: Any, kind: Any) -> Any:
    """`value` as the type `kind` of a setting; raises `ValueError` if it does not fit."""
    try:
        return _CONVERTER.structure(value, kind)
    except Exception as error:  # cattrs raises errors of many classes, which differ from release to release.
        raise ValueError(f"{value!r} is not {allowed(kind)}") from error


def allowed(kind: Any) -> str:
    """The values that a setting of the type `kind` accepts, in words."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return " or ".join(allowed(argument) for argument in arguments if argument is not type(None))
    if origin is Literal:
        return "one of " + ", ".join(map(repr, arguments))
    if origin is tuple:
        return "a list of texts" if arguments[0] is str else f"a list, each {allowed(arguments[0])}"
    return _ALLOWED[kind]


def _number(value: Any, kind: type[float] | type[int]) -> float:
    accepted = (int,) if kind is int else (int, float)
    if isinstance(value, bool) or not isinstance(value, accepted) or not value >= 0:
        raise ValueError
    return kind(value)


def _same_type(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise ValueError
    return value


def _list(value: Any, kind: Any) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise ValueError
    return tuple(_CONVERTER.structure(item, typing.get_args(kind)[0]) for item in value)


def _is_tuple(kind: Any) -> bool:
    return typing.get_origin(kind) is tuple


def _strict_converter() -> Converter:
    converter = Converter()
    converter.register_structure_hook(float, _number)
    converter.register_structure_hook(int, _number)
    converter.register_structure_hook(str, _same_type)
    converter.register_structure_hook(bool, _same_type)
    converter.register_structure_hook_func(_is_tuple, _list)
    return converter


_CONVERTER = _strict_converter()
