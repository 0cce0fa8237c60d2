"""Instances of classes that the project defines: taken apart into attributes, and built without calling their code."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Sequence
from types import FunctionType
from typing import Any, Optional, cast

from . import mutable_values
from .errors import Impossible

IMMUTABLE_BASES: dict[type, Callable[[Any], object]] = {
    tuple: lambda value: tuple.__getitem__(value, slice(None)),
    str: str.__str__,
    int: int.__int__,
    float: float.__float__,
    bytes: lambda value: bytes.__getitem__(value, slice(None)),
    frozenset: frozenset().union,
}
"""Builtin types whose subclasses hold a value that is given when they are made, and how that value is read."""
ABSTRACT_MODULES = frozenset({"abc", "typing", "typing_extensions", "collections.abc", "_collections_abc"})
"""Modules with classes that add no content to their subclasses."""
_namespace_of = type.__dict__["__dict__"].__get__
_mro_of = type.__dict__["__mro__"].__get__


def attributes(value: object) -> dict[str, object]:
    """The attributes that the instance holds itself, by name."""
    found = dict(_namespace(value) or {})
    for name, slot in _slots(type(value)):
        try:
            found[name] = slot.__get__(value)
        except AttributeError:
            continue
    return found


def set_attributes(value: object, new: dict[str, object]) -> None:
    """Make `new` the attributes of the instance.

    Raises `Impossible` for an attribute that hides a method, unless it is there already: it would be a method that
    somebody else wrote.
    """
    old = attributes(value)
    for name, attribute in new.items():
        if type(name) is not str or (hides_method(type(value), name) and old.get(name) is not attribute):
            raise Impossible(f"an instance of {type(value).__qualname__} has an attribute that hides a method")
    slots = dict(_slots(type(value)))
    namespace = _namespace(value)
    rest = {name: attribute for name, attribute in new.items() if name not in slots}
    if rest and namespace is None:
        raise Impossible(f"an instance of {type(value).__qualname__} has no such attributes")
    for name, slot in slots.items():
        if name in new:
            slot.__set__(value, new[name])
        elif name in old:
            slot.__delete__(value)
    if namespace is not None:
        namespace.clear()
        namespace.update(rest)


def immutable_base(kind: type) -> Optional[type]:
    """The builtin type whose value the instances of `kind` have from the start, if there is one."""
    return next((base for base in IMMUTABLE_BASES if issubclass(kind, base)), None)


def immutable_content(base: type, value: object) -> object:
    """The value of the builtin type `base` that an instance of a subclass holds."""
    return IMMUTABLE_BASES[base](value)


def mutable_base(kind: type) -> Optional[mutable_values.MutableValue]:
    """The builtin type whose contents the instances of `kind` have, if there is one."""
    for base in _mro_of(kind):
        if base in mutable_values.BY_TYPE:
            return mutable_values.BY_TYPE[base]
    return None


def is_plain(kind: type, is_of_project: Callable[[str], bool]) -> bool:
    """Whether instances consist of attributes and of the content of one builtin type, and of nothing else in C."""
    if issubclass(kind, (type, BaseException, enum.Enum)) or not is_of_project(kind.__module__):
        return False
    base = immutable_base(kind)
    mutable = None if base else mutable_base(kind)
    content: type = base or (mutable.kind if mutable else object)
    known = (base for base in _mro_of(kind) if base not in _mro_of(content))
    return all(base.__module__ in ABSTRACT_MODULES or is_of_project(base.__module__) for base in known)


def make(kind: type, content: Sequence[Any]) -> Any:
    """A new instance without attributes. `content` is the one value of its builtin base, if that is immutable."""
    base: Any = immutable_base(kind)
    try:
        if base is not None:
            return base.__new__(kind, *content)
        mutable = mutable_base(kind)
        return cast(Any, mutable.kind).__new__(kind) if mutable else object.__new__(kind)
    except TypeError as error:
        raise Impossible(f"no instance of {kind.__qualname__} can be built: {error}") from None


def _namespace(value: object) -> Optional[dict[str, object]]:
    try:
        found: dict[str, object] = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return None
    return found


def _slots(kind: type) -> Iterator[tuple[str, Any]]:
    for base in _mro_of(kind):
        for name, attribute in _namespace_of(base).items():
            if type(attribute).__name__ == "member_descriptor" and name not in ("__dict__", "__weakref__"):
                yield name, attribute


def hides_method(kind: type, name: str) -> bool:
    """Whether an attribute of that name, set in an instance, would stand before a method of the class."""
    for base in _mro_of(kind):
        if name in _namespace_of(base):
            return isinstance(_namespace_of(base)[name], (FunctionType, classmethod, staticmethod))
    return False
