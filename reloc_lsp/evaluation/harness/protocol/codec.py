"""Messages to JSON and back: the one place that knows how.

Encoding trusts its own side. Decoding is strict: candidates run in processes that send records, so every key and
every type is checked, and what is not exactly a message raises `ProtocolError`.
"""

from __future__ import annotations

import contextlib
import json
import math
import operator
from collections.abc import Callable, Iterable
from dataclasses import fields
from functools import lru_cache
from typing import Any, Literal, Optional, TypeVar, Union, get_args, get_origin, get_type_hints

from .messages import Message, RawRecord
from .values import JsonValue

M = TypeVar("M", bound=Message)
Decoder = Callable[[Any], Any]
"""Turns a JSON value into the value of a field; raises `ProtocolError`."""

LONGEST_SHOWN = 80
"""Characters of an unexpected value in an error message; not tuned."""


class ProtocolError(ValueError):
    """What was received is not the expected message. Names the message, the key, and what was expected there."""

    def __init__(self, expected: str, found: object, key: str = "", message: str = "") -> None:
        self.expected = expected
        self.found = found
        self.key = key
        self.message = message
        super().__init__(expected, key, message)

    def at(self, key: str) -> ProtocolError:
        """The same error, seen from the value that holds this one at `key`."""
        joined = key + self.key if self.key.startswith("[") else f"{key}.{self.key}".rstrip(".")
        return ProtocolError(self.expected, self.found, joined, self.message)

    def __str__(self) -> str:
        where = f"{self.message or 'message'}: {self.key}" if self.key else self.message or "message"
        return f"{where}: expected {self.expected}, got {repr(self.found)[:LONGEST_SHOWN]}"


def kind_of(message: type[Message]) -> str:
    """What the key `kind` is for messages of this class."""
    return message.__name__


# Encoding

# Held here, because candidates run in the process that sends records, and reach `json` and `builtins` by many names.
_fields_of = operator.attrgetter("__dict__")
_parts: Optional[Callable[[Any, int], Iterable[str]]] = None
with contextlib.suppress(AttributeError, TypeError):  # a Python without this encoder, or with another signature
    _parts = json.encoder.c_make_encoder(  # type: ignore[attr-defined]
        None, _fields_of, json.encoder.encode_basestring_ascii, None, ": ", ", ", False, False, True
    )


def as_object(message: Message) -> dict[str, object]:
    """A message as the JSON object that stands for it; values inside it are still dataclasses."""
    return {"kind": message.__class__.__name__, **message.__dict__}


def encode(message: Message) -> bytes:
    """A message as JSON on one line."""
    value = as_object(message)
    text = "".join(_parts(value, 0)) if _parts else json.dumps(value, default=_fields_of)
    return text.encode("ascii", "backslashreplace")


# Decoding


def decode(value: object, base: type[M]) -> M:
    """The message of the class `base`, or of a class derived from it, that a JSON value stands for."""
    if type(value) is not dict:
        raise ProtocolError("an object", value)
    any_base: Any = base
    kinds = _decoders(any_base)
    kind = value.get("kind")
    decoder = kinds.get(kind) if type(kind) is str else None
    if decoder is None:
        raise ProtocolError(f"one of {', '.join(kinds)}", kind, "kind", kind_of(base))
    try:
        message: M = decoder(value)
    except ProtocolError as error:
        error.message = str(kind)
        raise
    return message


def decode_json(data: bytes, base: type[M]) -> M:
    """The message that JSON text stands for; raises `ProtocolError` for what is no JSON, too."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("JSON", data[:LONGEST_SHOWN]) from error
    return decode(value, base)


@lru_cache(None)
def _decoders(base: Any) -> dict[str, Decoder]:
    """The decoder of every kind of message that is a `base`."""
    found = {} if base.__subclasses__() else {kind_of(base): _of_dataclass(base, frozenset({"kind"}))}
    for derived in base.__subclasses__():
        found.update(_decoders(derived))
    return found


@lru_cache(None)
def _of_dataclass(cls: Any, more_keys: frozenset[str] = frozenset()) -> Decoder:
    hints = get_type_hints(cls)
    known = [(field.name, decoder_of(hints[field.name])) for field in fields(cls)]
    names = more_keys.union(name for name, _ in known)

    def decoded(value: Any) -> Any:
        if type(value) is not dict:
            raise ProtocolError("an object", value)
        if value.keys() != names:
            missing, unknown = sorted(names.difference(value)), sorted(map(str, value.keys() - names))
            if missing:
                raise ProtocolError("the key to be there", None, missing[0])
            raise ProtocolError("no such key", value[unknown[0]], unknown[0])
        found = []
        for name, decoder in known:
            try:
                found.append(decoder(value[name]))
            except ProtocolError as error:
                raise error.at(name) from None
        return cls(*found)

    return decoded


def decoder_of(hint: Any) -> Decoder:
    """The decoder of values of the type `hint`. It knows only the types that messages use."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in _PLAIN:
        decoder = _PLAIN[hint]
    elif origin is Union:  # `Optional` is the only union that messages use
        decoder = _optional(decoder_of(arguments[0]))
    elif origin is Literal:
        decoder = _one_of(arguments)
    elif origin is dict:
        decoder = _mapping(*arguments)
    elif origin is tuple and arguments[-1] is Ellipsis:
        decoder = _sequence(decoder_of(arguments[0]))
    elif origin is tuple:
        decoder = _row([decoder_of(argument) for argument in arguments])
    else:
        decoder = _of_dataclass(hint)
    return decoder


def _exactly(kind: type, expected: str) -> Decoder:
    def decoded(value: Any) -> Any:
        if type(value) is not kind:
            raise ProtocolError(expected, value)
        return value

    return decoded


def _number(value: Any) -> float:
    """A finite number; whole ones are numbers too."""
    if type(value) is int:
        with contextlib.suppress(OverflowError):
            return float(value)
    if type(value) is not float or not math.isfinite(value):
        raise ProtocolError("a finite number", value)
    return value


_PLAIN: dict[Any, Decoder] = {
    bool: _exactly(bool, "true or false"),
    int: _exactly(int, "a whole number"),
    str: _exactly(str, "a text"),
    float: _number,
    RawRecord: _exactly(dict, "an object"),
    JsonValue: lambda value: value,
}


def _optional(inner: Decoder) -> Decoder:
    return lambda value: None if value is None else inner(value)


def _one_of(allowed: tuple[Any, ...]) -> Decoder:
    def decoded(value: Any) -> Any:
        if type(value) is not str or value not in allowed:
            raise ProtocolError(f"one of {', '.join(allowed)}", value)
        return value

    return decoded


def _mapping(key_type: type, value_type: Any) -> Decoder:
    """A dictionary with text or whole numbers as keys; in JSON all keys are text."""
    inner = decoder_of(value_type)
    whole = key_type is int

    def decoded(value: Any) -> Any:
        if type(value) is not dict:
            raise ProtocolError("an object", value)
        found = {}
        for key, item in value.items():
            try:
                found[int(key) if whole else key] = inner(item)
            except ProtocolError as error:
                raise error.at(f"[{key}]") from None
            except ValueError:
                raise ProtocolError("whole numbers as keys", key) from None
        return found

    return decoded


def _sequence(inner: Decoder) -> Decoder:
    def decoded(value: Any) -> Any:
        if type(value) is not list:
            raise ProtocolError("a list", value)
        try:
            return tuple(map(inner, value))
        except ProtocolError:
            for number, item in enumerate(value):
                try:
                    inner(item)
                except ProtocolError as error:
                    raise error.at(f"[{number}]") from None
            raise

    return decoded


def _row(inner: list[Decoder]) -> Decoder:
    """A list of a fixed length whose items have types of their own."""

    def decoded(value: Any) -> Any:
        if type(value) is not list or len(value) != len(inner):
            raise ProtocolError(f"a list of {len(inner)}", value)
        return tuple(decoder(item) for decoder, item in zip(inner, value))  # noqa: B905 - Python 3.9; same length

    return decoded
