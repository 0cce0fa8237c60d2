"""One end of the connection between the test process and the subject: asks for operations, and does those asked for.

Both ends may ask while they answer: a function that is given to the unit is called back in the test process.
"""

from __future__ import annotations

import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Literal, NoReturn, cast

from ..protocol.codec import ProtocolError
from ..protocol.messages import Message
from ..protocol.values import JsonValue
from ..protocol.wire import Wire
from . import proxies
from .classes import SharedCode
from .errors import Impossible
from .messages import Answer, Request, Sync
from .mirror import Mirror
from .surroundings import Surroundings

GENERATOR_METHODS = frozenset({"send", "throw", "close", "aclose"})


class Peer(ABC):
    """The objects that one process has exported to the other, first the `unit`, and the proxies of the other's."""

    def __init__(self, wire: Wire, code: SharedCode, unit: object) -> None:
        self.wire = wire
        self.code = code
        self.surroundings = Surroundings()
        self._process = os.getpid()
        self._exported: list[object] = [unit]
        self._exported_numbers: dict[int, int] = {}
        self._imported: dict[int, object] = {}
        self._imported_numbers: dict[int, int] = {}
        self.asking = threading.RLock()

    # What each end decides

    @abstractmethod
    def export_shape(self, value: object) -> proxies.Shape:
        """What an object is for the other process; raises `Impossible` if it must not reach it."""

    @abstractmethod
    def check_import(self, shape: proxies.Shape, methods: Sequence[str]) -> None:
        """Raises `Impossible` if the other process may not have exported such an object."""

    @abstractmethod
    def check_attribute(self, value: object, name: str) -> None:
        """Raises `Impossible` if the other process may not read or set this attribute."""

    @abstractmethod
    def mirror(self, number: int) -> Mirror:
        """The mirror of that number. Raises `Impossible` if there is none."""

    @abstractmethod
    def mirror_to_ask(self, own: Mirror) -> Mirror:
        """The mirror for an operation on a proxy that was received in the mirror `own`."""

    @abstractmethod
    def outgoing(self, mirror: Mirror) -> dict[str, JsonValue]:
        """The surroundings to send."""

    @abstractmethod
    def incoming(self, mirror: Mirror, sent: Mapping[str, JsonValue]) -> None:
        """Take over the surroundings that were sent; raises `Impossible`."""

    @abstractmethod
    def changed(self, mirror: Mirror, numbers: Sequence[int], result: object) -> None:
        """The other process changed objects, and its operation had that result. Raises `Impossible` if it may not."""

    @abstractmethod
    def serving(self, mirror: Mirror, target: int, operation: str, arguments: Any, keywords: Any) -> object:
        """Do an operation that the other process asked for."""

    # Asking

    def ask(
        self, mirror: Mirror, target: int, operation: str, arguments: Sequence[object], keywords: Mapping[str, object]
    ) -> Any:
        """Have the other process do an operation with its object `target`; returns or raises what it did there."""
        if os.getpid() != self._process:
            raise Impossible("the unit was called in a process that the test forked")
        with self.asking:
            encoded = tuple(map(mirror.encode, arguments))
            named = {name: mirror.encode(value) for name, value in keywords.items()}
            sync = mirror.sync(self.outgoing(mirror))
            self._send(Request(target, operation, encoded, named, sync))
            while True:
                message = self._receive()
                if isinstance(message, Request):
                    self.answer(message)
                elif isinstance(message, Answer):
                    return self._result(mirror, message)
                else:
                    self._lost()

    def _result(self, mirror: Mirror, answer: Answer) -> Any:
        try:
            numbers = mirror.apply(answer.sync)
            self.incoming(mirror, answer.sync.surroundings)
            value = mirror.decode(answer.value)
            self.changed(mirror, numbers, value)
        except Exception as error:
            raise Impossible(f"the answer is no value ({type(error).__name__})") from None
        if answer.outcome == "impossible":
            raise Impossible(str(value))
        if answer.outcome == "raised":
            if not isinstance(value, BaseException):
                raise Impossible("what was raised is no exception")
            raise value
        return value

    # Answering

    def answer(self, request: Request) -> None:
        """Do what the other process asks for, and send how it ended."""
        outcome: Literal["returned", "raised", "impossible"] = "returned"
        mirror = self.mirror(request.sync.mirror)
        try:
            try:
                mirror.apply(request.sync)
                self.incoming(mirror, request.sync.surroundings)
                arguments = [mirror.decode(node) for node in request.arguments]
                keywords = {name: mirror.decode(node) for name, node in request.keywords.items()}
            except Exception as error:
                raise Impossible(f"the request is no value ({type(error).__name__})") from None
            try:
                value = self.serving(mirror, request.target, request.operation, arguments, keywords)
            except Impossible:
                raise
            except BaseException as error:
                outcome, value = "raised", error
            node = mirror.encode(value)
            sync = mirror.sync(self.outgoing(mirror))
        except Impossible as error:
            outcome, node, sync = "impossible", cast(JsonValue, str(error)), Sync(mirror.number)
        self._send(Answer(outcome, node, sync))

    def perform(self, target: Any, operation: str, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> object:
        """Do an operation with an object of this process."""
        if operation in ("get", "set") and arguments and type(arguments[0]) is str:
            self.check_attribute(target, arguments[0])
            if operation == "get":
                return getattr(target, arguments[0])
            setattr(target, arguments[0], arguments[1])
            return None
        if operation in GENERATOR_METHODS:
            return getattr(target, operation)(*arguments)
        if operation == "__call__":
            return target(*arguments, **keywords)
        if operation in proxies.SPECIAL_METHODS:
            return getattr(type(target), operation)(target, *arguments, **keywords)
        raise Impossible("there is no such operation")

    # Objects that only one process has

    def encode(self, value: object) -> JsonValue:
        """An object that is not mirrored: by its name, as a proxy's original, or as an export."""
        number = self._imported_numbers.get(id(value))
        if number is not None:
            return cast(JsonValue, ["yours", number])
        name = self.code.name_of(value) if proxies.has_name(value) else self.code.sentinel_name(value)
        if name is not None:
            return cast(JsonValue, ["name", *name])
        number = self._exported_numbers.get(id(value))
        shape = self.export_shape(value)
        if number is None:
            number = self._exported_numbers[id(value)] = self.export(value)
        return cast(JsonValue, ["mine", number, shape, proxies.special_methods(value) if shape == "object" else []])

    def export(self, value: object) -> int:
        """The number under which the other process asks for operations with the object."""
        self._exported.append(value)
        return len(self._exported) - 1

    def exported(self, number: int) -> object:
        """The object that was exported under that number."""
        if not 0 <= number < len(self._exported):
            raise Impossible("there is no such object")
        return self._exported[number]

    def decode(self, node: Sequence[JsonValue], mirror: Mirror) -> object:
        """The object of a name, a proxy, or an own object that comes back."""
        word, *rest = cast("list[Any]", node) or [""]
        if word == "name" and len(rest) == 2:
            return self.find(str(rest[0]), str(rest[1]))
        if word == "yours" and len(rest) == 1 and type(rest[0]) is int:
            return self.exported(rest[0])
        if word == "mine" and len(rest) == 3 and type(rest[0]) is int and rest[1] in proxies.SHAPES:
            number, shape, methods = rest
            if number not in self._imported:
                if not proxies.SPECIAL_METHODS.issuperset(methods):
                    raise Impossible("an object has strange methods")
                self.check_import(shape, methods)
                made = self.make_proxy(shape, methods, partial(self._ask_proxied, mirror, number))
                self._imported[number] = made
                self._imported_numbers[id(made)] = number
            return self._imported[number]
        raise Impossible("a value is of no kind that goes over")

    def find(self, module: str, qualname: str) -> object:
        """The class or function of that name."""
        return self.code.find(module, qualname)

    def make_proxy(self, shape: proxies.Shape, methods: list[str], ask: proxies.Ask) -> object:
        """What stands here for an object of the other process."""
        return proxies.make_proxy(shape, methods, ask)

    def _ask_proxied(self, own: Mirror, number: int, operation: str, *arguments: object, **keywords: object) -> Any:
        return self.ask(self.mirror_to_ask(own), number, operation, arguments, keywords)

    def outgoing_text(self, text: str) -> str:
        """A text for the other process."""
        return text

    def incoming_text(self, text: str) -> str:
        """A text of the other process."""
        return text

    # The wire

    def _send(self, message: Message) -> None:
        try:
            self.wire.send(message)
        except OSError:
            self._lost()

    def _receive(self) -> Message:
        try:
            message = self.wire.receive(Message)
        except (ProtocolError, MemoryError) as error:
            # Not one of these: a test may expect a `ValueError` of the unit.
            raise Impossible(f"the process with the unit sent what is no message ({type(error).__name__})") from None
        if message is None:
            self._lost()
        return message

    def _lost(self) -> NoReturn:
        raise Impossible("the process with the unit has ended")
