"""The values of the standard library that go over by their structure: each type is listed, and never unpickled.

Every entry takes a value apart into values that are simpler, and builds an equal one from them.
"""

from __future__ import annotations

import base64
import datetime
import decimal
import fractions
import ipaddress
import pathlib
import re
import time
import types
import uuid
import zoneinfo
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .errors import Impossible

_ZONE = re.compile(r"[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*")
"""Names of time zones: they are paths in the database, and must not lead out of it."""


@dataclass(frozen=True)
class StandardValue:
    """How values of exactly the type `kind` are taken apart, and built again from the same parts.

    The parts of a `container` may be anything; those of the others are numbers, texts and the like.
    """

    kind: type
    parts: Callable[[Any], Sequence[object]]
    construct: Callable[..., object]
    container: bool = False

    def build(self, parts: Sequence[object]) -> object:
        """The value; raises `Impossible` if there is none with these parts."""
        if not (self.container or all(type(part) in PLAIN or type(part) in _PARTS for part in parts)):
            raise Impossible(f"a {self.kind.__name__} has parts of strange types")
        try:
            return self.construct(*parts)
        except Exception as error:
            raise Impossible(f"there is no such {self.kind.__name__} ({type(error).__name__})") from None


PLAIN = frozenset({type(None), bool, int, float, str})
_PARTS = frozenset({datetime.timedelta, datetime.timezone, zoneinfo.ZoneInfo, bytes})
"""Types of parts that other values may have, besides the plain ones."""


def _zone(key: str) -> object:
    if type(key) is not str or not _ZONE.fullmatch(key):
        raise Impossible("a time zone has a strange name")
    return zoneinfo.ZoneInfo(key)


def _zone_parts(zone: Any) -> Sequence[object]:
    if zone.key is None:
        raise Impossible("a time zone has no name")
    return (zone.key,)


def _timezone_parts(zone: datetime.timezone) -> Sequence[object]:
    # The name is given only where it was: else it is made from the offset.
    offset = zone.utcoffset(None)
    name = zone.tzname(None)
    return (offset,) if name == datetime.timezone(offset).tzname(None) else (offset, name)


def _text(kind: Any) -> StandardValue:
    return StandardValue(kind, lambda value: (str(value),), kind)


def _fields(kind: type, *names: str) -> StandardValue:
    return StandardValue(kind, lambda value: tuple(getattr(value, name) for name in names), kind)


def _datetime(*parts: Any) -> object:
    *first, fold = parts
    return datetime.datetime(*first, fold=fold)


def _time(*parts: Any) -> object:
    *first, fold = parts
    return datetime.time(*first, fold=fold)


_CLOCK = ("hour", "minute", "second", "microsecond", "tzinfo", "fold")
_DATE = ("year", "month", "day")
_LISTED = [
    StandardValue(complex, lambda value: (value.real, value.imag), complex),
    StandardValue(bytes, lambda value: (base64.b64encode(value).decode("ascii"),), base64.b64decode),
    StandardValue(tuple, lambda value: value, lambda *items: items, container=True),
    StandardValue(frozenset, tuple, lambda *items: frozenset(items), container=True),
    StandardValue(slice, lambda value: (value.start, value.stop, value.step), slice, container=True),
    _fields(range, "start", "stop", "step"),
    StandardValue(datetime.datetime, _fields(datetime.datetime, *_DATE, *_CLOCK).parts, _datetime),
    StandardValue(datetime.time, _fields(datetime.time, *_CLOCK).parts, _time),
    _fields(datetime.date, *_DATE),
    _fields(datetime.timedelta, "days", "seconds", "microseconds"),
    StandardValue(datetime.timezone, _timezone_parts, datetime.timezone),
    StandardValue(zoneinfo.ZoneInfo, _zone_parts, _zone),
    _text(decimal.Decimal),
    _fields(fractions.Fraction, "numerator", "denominator"),
    StandardValue(uuid.UUID, lambda value: (str(value),), uuid.UUID),
    StandardValue(re.Pattern, lambda value: (value.pattern, value.flags), re.compile),
    StandardValue(time.struct_time, tuple, lambda *items: time.struct_time(items)),
    StandardValue(type({}.keys()), tuple, lambda *items: dict.fromkeys(items).keys(), container=True),
    StandardValue(type({}.values()), tuple, lambda *items: dict(enumerate(items)).values(), container=True),
    StandardValue(type({}.items()), tuple, lambda *items: dict(items).items(), container=True),
    StandardValue(types.MappingProxyType, lambda value: (dict(value),), types.MappingProxyType, container=True),
    StandardValue(type(...), lambda _: (), lambda: ...),
    StandardValue(type(NotImplemented), lambda _: (), lambda: NotImplemented),
    *map(_text, (pathlib.PurePosixPath, pathlib.PureWindowsPath, type(pathlib.Path()))),
    *map(_text, (ipaddress.IPv4Address, ipaddress.IPv4Network, ipaddress.IPv4Interface)),
    *map(_text, (ipaddress.IPv6Address, ipaddress.IPv6Network, ipaddress.IPv6Interface)),
]

BY_TYPE = {entry.kind: entry for entry in _LISTED}
BY_NAME = {entry.kind.__name__: entry for entry in _LISTED}
