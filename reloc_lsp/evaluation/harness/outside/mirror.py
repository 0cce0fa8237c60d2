"""The mirror of a call: objects that both processes have one of, numbered alike, with contents that go over as data.

Before a message is sent, the contents of all objects are listed again, and what differs from the last message goes
with it. So an argument that one side changes is changed on the other side too, in place, and identity is kept.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from typing import Any, Optional, Protocol, cast

from ..protocol.values import JsonValue
from . import exceptions, instances, mutable_values, standard_values
from .classes import SharedCode
from .errors import Impossible
from .messages import Sync

MAX_OBJECTS = 200_000
"""Objects of one mirror, so that a message does not grow without end. Chosen by hand."""
MAX_SMALL = 2**53
"""Whole numbers up to this size are written as such; longer ones in hexadecimal digits, which Python reads at once."""
MAX_DIGITS = 1_000_000
"""Hexadecimal digits of a whole number. Chosen by hand."""
MAX_DEPTH = 200
"""Values that cannot change, one in the other. Chosen by hand, below Python's limit of recursion."""

CHANGING = frozenset({"mutable", "instance"})
"""The kinds of objects whose contents are compared with the last message; an exception goes over once."""


class Remote(Protocol):
    """How objects go over that only one of the processes has."""

    def encode(self, value: object) -> JsonValue:
        """The object as JSON; raises `Impossible`."""

    def decode(self, node: Sequence[JsonValue], mirror: Mirror) -> object:
        """The object that the JSON stands for; raises `Impossible`."""

    def outgoing_text(self, text: str) -> str:
        """A text as the other process has to read it."""

    def incoming_text(self, text: str) -> str:
        """A text of the other process as this one has to read it."""


class Mirror:
    """The numbered objects of one call.

    A `lasting` mirror is needed after the call, because one process has a proxy of an object of the other.
    """

    def __init__(self, number: int, remote: Remote, code: SharedCode) -> None:
        self.number = number
        self.remote = remote
        self.code = code
        self.lasting = False
        self.objects: list[Any] = []
        self._numbers: dict[int, int] = {}
        self._synced: list[JsonValue] = []
        self._changing: list[int] = []

    # Sending

    def encode(self, value: object) -> JsonValue:
        """A value as JSON. An object that is new to the mirror gets the next number. Raises `Impossible`."""
        kind = type(value)
        if value is None or kind is bool or kind is float:
            return cast(JsonValue, value)
        if kind is str:
            return cast(JsonValue, self.remote.outgoing_text(cast(str, value)))
        if kind is int:
            number = cast(int, value)
            return cast(JsonValue, number if -MAX_SMALL < number < MAX_SMALL else ["int", hex(number)])
        known = self._numbers.get(id(value))
        if known is None and issubclass(kind, enum.Enum) and (member := self._member_name(cast(enum.Enum, value))):
            return cast(JsonValue, ["enum", *member])
        if known is None and self._is_mirrored(kind, value):
            known = self._add(value)
        if known is not None:
            return cast(JsonValue, ["at", known])
        node = self.remote.encode(value)
        self.lasting = self.lasting or cast(Any, node)[0] == "mine"
        return node

    def number_of(self, value: object) -> Optional[int]:
        """The number of an object of this mirror; `None` for any other."""
        return self._numbers.get(id(value))

    def sync(self, surroundings: dict[str, JsonValue]) -> Sync:
        """What the other process has to know before it reads values of this mirror. Raises `Impossible`."""
        changed: dict[int, JsonValue] = {}
        count = len(self._synced)
        for number in list(self._changing):
            content = self._content(self.objects[number])
            if content != self._synced[number]:
                self._synced[number] = changed[number] = content
        while len(self._synced) < len(self.objects):
            self._note_synced(self._content(self.objects[len(self._synced)]))
        return Sync(self.number, tuple(self._synced[count:]), changed, surroundings)

    def _note_synced(self, content: JsonValue) -> None:
        """Both processes have the next object, with this content."""
        if cast(Any, content)[0] in CHANGING:
            self._changing.append(len(self._synced))
        self._synced.append(content)

    def _member_name(self, member: enum.Enum) -> Optional[tuple[str, str, str]]:
        name = self.code.name_of(type(member))
        return (*name, member.name) if name and member.name in type(member).__members__ else None

    def _is_mirrored(self, kind: type, value: object) -> bool:
        return (
            kind in standard_values.BY_TYPE
            or kind in mutable_values.BY_TYPE
            or issubclass(kind, BaseException)
            or (instances.is_plain(kind, self.code.is_of_project) and self.code.name_of(kind) is not None)
        )

    def _add(self, value: object) -> int:
        if len(self.objects) >= MAX_OBJECTS:
            raise Impossible("the values of one call are too many")
        number = self._numbers[id(value)] = len(self.objects)
        self.objects.append(value)
        return number

    def _content(self, value: Any) -> JsonValue:
        kind = type(value)
        if kind in standard_values.BY_TYPE:
            parts = standard_values.BY_TYPE[kind].parts(value)
            return cast(JsonValue, ["standard", kind.__name__, *map(self.encode, parts)])
        if kind in mutable_values.BY_TYPE:
            parts = mutable_values.BY_TYPE[kind].contents(value)
            return cast(JsonValue, ["mutable", kind.__name__, *map(self.encode, parts)])
        if issubclass(kind, BaseException):
            return cast(JsonValue, ["exception", *exceptions.parts(value, self.code, self.encode)])
        own = [self.encode(part) for pair in instances.attributes(value).items() for part in pair]
        base, mutable = instances.immutable_base(kind), instances.mutable_base(kind)
        inner = [instances.immutable_content(base, value)] if base else mutable.contents(value) if mutable else []
        return cast(JsonValue, ["instance", *self._name(kind), own, [self.encode(part) for part in inner]])

    def _name(self, kind: type) -> tuple[str, str]:
        name = self.code.name_of(kind)
        if name is None:
            raise Impossible(f"{kind.__qualname__} is not known on both sides")
        return name

    # Receiving

    def apply(self, sync: Sync) -> list[int]:
        """Take over what the other process sent; returns the numbers of objects that it changed."""
        first = len(self.objects)
        if first + len(sync.added) > MAX_OBJECTS or any(not 0 <= number < first for number in sync.changed):
            raise Impossible("the values of one call are too many")
        added = _Added(self, first, sync.added)
        added.make_all()
        for content in sync.added:
            self._note_synced(content)
        for number, content in sync.changed.items():
            self._refill(number, content)
            self._synced[number] = content
        return list(sync.changed)

    def decode(self, node: JsonValue) -> Any:
        """The value that the JSON stands for. Raises `Impossible` for what is no value of this mirror."""
        kind: type = type(cast(object, node))
        if node is None or kind is bool or kind is float or kind is int:
            return node
        if kind is str:
            return self.remote.incoming_text(cast(str, node))
        word, *rest = cast(Any, node) if kind is list and node else [""]
        if word == "at" and len(rest) == 1 and type(rest[0]) is int and 0 <= rest[0] < len(self.objects):
            return self.objects[rest[0]]
        if word == "int" and len(rest) == 1 and type(rest[0]) is str and len(rest[0]) <= MAX_DIGITS:
            try:
                return int(rest[0], 16)
            except ValueError:
                pass
        elif word == "enum" and len(rest) == 3:
            return self._member(*rest)
        self.lasting = self.lasting or word == "mine"
        return self.remote.decode(cast(Any, node) if kind is list else [], self)

    def register(self, number: int, value: object) -> None:
        """`value` is the object with the next number, received from the other process."""
        self.objects.append(value)
        self._numbers[id(value)] = number

    def _member(self, module: object, qualname: object, name: object) -> object:
        kind = self.code.find(str(module), str(qualname))
        members: Mapping[str, object] = kind.__members__ if isinstance(kind, enum.EnumMeta) else {}
        if name not in members:
            raise Impossible("an enumeration has no such member")
        return members[str(name)]

    def _refill(self, number: int, content: JsonValue) -> None:
        word, name, *rest = _list(content)
        value = self.objects[number]
        entry = mutable_values.BY_TYPE.get(type(value))
        if word == "mutable" and entry is not None and name == entry.kind.__name__:
            _fill(entry, value, [self.decode(part) for part in rest])
        elif word == "instance" and len(rest) == 3 and (name, rest[0]) == self.code.name_of(type(value)):
            self.fill_instance(value, rest[1], rest[2])
        else:
            raise Impossible("an object is said to have become another one")

    def fill_instance(self, value: object, own: JsonValue, inner: JsonValue) -> None:
        """Give an instance of the project its attributes, and the contents of its builtin base."""
        parts = [self.decode(part) for part in _items(own)]
        mutable = None if instances.immutable_base(type(value)) else instances.mutable_base(type(value))
        if mutable:
            _fill(mutable, value, [self.decode(part) for part in _items(inner)])
        instances.set_attributes(value, dict(zip(parts[::2], parts[1::2])))  # noqa: B905 - Python 3.9


class _Added:
    """New objects of a message: first those that can be made empty, then the others from their parts, then contents."""

    def __init__(self, mirror: Mirror, first: int, contents: Sequence[JsonValue]) -> None:
        self.mirror = mirror
        self.first = first
        self.contents = [_list(content) for content in contents]
        self._made: dict[int, object] = {}

    def make_all(self) -> None:
        """Make and fill all objects, and register them with the mirror in their order."""
        for number in range(len(self.contents)):
            self._make(number, 0)
        for number in range(len(self.contents)):
            self.mirror.register(self.first + number, self._made[number])
        # Attributes first: a hash that a set or a dictionary asks for may read them.
        for words in ({"instance"}, {"mutable"}):
            for number, (word, *rest) in enumerate(self.contents):
                if word in words:
                    self._fill(self._made[number], word, rest)

    def _make(self, number: int, depth: int) -> object:
        if number in self._made:
            return self._made[number]
        if depth > MAX_DEPTH or not 0 <= number < len(self.contents):
            raise Impossible("values are nested too deeply")
        word, *rest = self.contents[number]
        if word == "standard" and rest[0] in standard_values.BY_NAME:
            made = standard_values.BY_NAME[rest[0]].build([self._part(part, depth) for part in rest[1:]])
        elif word == "mutable" and rest[0] in mutable_values.BY_NAME:
            entry = mutable_values.BY_NAME[rest[0]]
            made = entry.create(entry.kind, rest[1:])
        elif word == "instance" and len(rest) == 4:
            kind = self.mirror.code.find_class(rest[0], rest[1])
            if not instances.is_plain(kind, self.mirror.code.is_of_project):
                raise Impossible(f"values of {kind.__qualname__} do not go over")
            content = [self._part(part, depth) for part in rest[3]] if instances.immutable_base(kind) else []
            made = instances.make(kind, content)
        elif word == "exception":
            made = exceptions.build(rest, self.mirror.code, lambda part: self._part(part, depth))
        else:
            raise Impossible("a value is of no kind that goes over")
        self._made[number] = made
        return made

    def _part(self, node: JsonValue, depth: int) -> object:
        """A part of an object that is made at once: it may be a new object itself."""
        at = cast(Any, node)
        if type(at) is list and len(at) == 2 and at[0] == "at" and type(at[1]) is int and at[1] >= self.first:
            return self._make(at[1] - self.first, depth + 1)
        return self.mirror.decode(node)

    def _fill(self, value: object, word: str, rest: Sequence[Any]) -> None:
        if word == "mutable":
            entry = mutable_values.BY_NAME[rest[0]]
            _fill(entry, value, [self.mirror.decode(part) for part in rest[1:]])
        else:
            self.mirror.fill_instance(value, rest[2], rest[3])


def _fill(entry: mutable_values.MutableValue, value: object, parts: Sequence[object]) -> None:
    try:
        entry.fill(value, parts)
    except Exception as error:
        raise Impossible(f"a {entry.kind.__name__} has no such contents ({type(error).__name__})") from None


def _list(node: JsonValue) -> list[Any]:
    found = _items(node)
    if not found:
        raise Impossible("a value is of no kind that goes over")
    return found


def _items(node: JsonValue) -> list[Any]:
    if type(cast(object, node)) is not list:
        raise Impossible("a value is of no kind that goes over")
    return cast("list[Any]", node)
