"""The messages between the process that runs the tests and the subject process. Both may send each of them.

A value is a JSON value: `None`, a truth value, a small whole number, a float or a text stands for itself, and a list
for everything else, with a word first: `["at", n]` is object `n` of the mirror, `["mine", n, ...]` an object that only
the sender has, and `["yours", n]` one that only the receiver has. See `mirror.py` and `remote.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ..protocol.messages import Message
from ..protocol.values import JsonValue

UNIT = 0
"""The number of the unit among the objects that only the subject has. Its first argument is the module's name."""


@dataclass(frozen=True)
class Sync:
    """What changed for the objects of the mirror `mirror` since the last message about it.

    `added` are new objects, in the order of their numbers; `changed` has new contents by number. `surroundings` are
    changes of what every function can reach: see `surroundings.py`.
    """

    mirror: int
    added: tuple[JsonValue, ...] = ()
    changed: dict[int, JsonValue] = field(default_factory=dict)
    surroundings: dict[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True)
class Request(Message):
    """Do `operation` with the receiver's object number `target`; answered by `Answer`.

    An operation is the name of a special method (`__call__`, `__next__`, ...), or `get` or `set` with an attribute.
    """

    target: int
    operation: str
    arguments: tuple[JsonValue, ...]
    keywords: dict[str, JsonValue]
    sync: Sync


@dataclass(frozen=True)
class Answer(Message):
    """How an operation ended: with a value, or with an exception. `impossible` says why it could not be done at all."""

    outcome: Literal["returned", "raised", "impossible"]
    value: JsonValue
    sync: Sync
