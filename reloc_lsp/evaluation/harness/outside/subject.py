"""The subject process: it has the unit and the project without its tests, and does what the test process asks for."""

from __future__ import annotations

import ast
import asyncio
import importlib
import os
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Optional, cast

from ..isolation.confinement import Confinement
from ..isolation.process_limits import die_with_parent, limit_resources, load_prctl, memory_limit
from ..isolation.source_overlay import SourceOverlay
from ..protocol.messages import Message, Setup, SubjectJob
from ..protocol.values import JsonValue
from ..protocol.wire import Wire
from . import module_state, proxies
from .classes import SharedCode
from .errors import Impossible
from .messages import UNIT, Request
from .mirror import Mirror
from .peer import Peer
from .stand_in_source import with_registration
from .surroundings import Output


class Subject(Peer):
    """The end of the process that has the unit. What the test process asks for is done: it may be trusted."""

    def __init__(self, wire: Wire, code: SharedCode) -> None:
        super().__init__(wire, code, unit=self._call_unit)
        self.output = Output(code)
        self._mirrors: dict[int, Mirror] = {}
        self._serving: list[Mirror] = []
        self._states: dict[str, module_state.SubjectModuleState] = {}
        self._loop: Optional[asyncio.AbstractEventLoop] = None

    def serve(self) -> None:
        """Answer requests until the test process ends."""
        while True:
            message = self.wire.receive(Message)
            if not isinstance(message, Request):
                return
            self.answer(message)

    def _call_unit(self, module: str, *arguments: object, **keywords: object) -> object:
        return _units[module](*arguments, **keywords)

    # What each end decides

    def export_shape(self, value: object) -> proxies.Shape:
        """Functions, iterators, coroutines and context managers; the test process refuses other objects."""
        return proxies.shape_of(value)

    def check_import(self, shape: proxies.Shape, methods: Sequence[str]) -> None:
        """Every object of the test process may be used here."""

    def check_attribute(self, value: object, name: str) -> None:
        """The test process may use every attribute."""

    def make_proxy(self, shape: proxies.Shape, methods: list[str], ask: proxies.Ask) -> object:
        """What is awaited here is awaited there."""
        return proxies.AwaitedThere() if shape == "coroutine" else super().make_proxy(shape, methods, ask)

    def serving(self, mirror: Mirror, target: int, operation: str, arguments: Any, keywords: Any) -> object:
        """Do an operation with an object of this process."""
        self._serving.append(mirror)
        try:
            value = self.exported(target)
            if operation in ("send", "throw") and isinstance(value, (types.CoroutineType, types.GeneratorType)):
                return self._step(value, operation, *arguments)
            return self.perform(value, operation, arguments, keywords)
        finally:
            self._serving.pop()

    def mirror(self, number: int) -> Mirror:
        """The mirror of that number, made when it is first named."""
        return self._mirrors.setdefault(number, Mirror(number, self, self.code))

    def mirror_to_ask(self, own: Mirror) -> Mirror:
        """The mirror of the call that is being answered."""
        return self._serving[-1] if self._serving else own

    def changed(self, mirror: Mirror, numbers: Sequence[int], result: object) -> None:
        """The test process may change everything."""

    def answer(self, request: Request) -> None:
        """As `Peer.answer`; a mirror that is not needed any more is dropped."""
        super().answer(request)
        number = request.sync.mirror
        if request.target == UNIT and not self._mirrors[number].lasting:
            del self._mirrors[number]

    def outgoing(self, mirror: Mirror) -> dict[str, JsonValue]:
        """The surroundings, output, and variables of the module that the unit bound."""
        found: dict[str, Any] = {**self.surroundings.outgoing(mirror), **self.output.outgoing()}
        bound = {name: node for state in self._states.values() for name, node in state.outgoing(mirror).items()}
        return {**found, "bound": cast(JsonValue, bound)} if bound else found

    def incoming(self, mirror: Mirror, sent: Mapping[str, JsonValue]) -> None:
        """Take over the surroundings and the variables of the module."""
        path: Any = sent.get("search_path")
        if path is not None:
            sys.path[:] = path
            importlib.invalidate_caches()
        self.surroundings.incoming(mirror, sent)
        module: Any = sent.get("module")
        if module is not None:
            if module not in self._states:
                _import(module)
                self._states[module] = module_state.SubjectModuleState(sys.modules[module])
            self._states[module].incoming(mirror, sent)

    # Coroutines

    def _step(self, stepped: Any, operation: str, *arguments: object) -> object:
        """Advance a generator, or a coroutine to where it waits for the test process.

        What a coroutine waits for in this process is waited for here.
        """
        if isinstance(stepped, types.GeneratorType):
            return getattr(stepped, operation)(*arguments)
        loop = self._loop = self._loop or asyncio.new_event_loop()
        while True:
            asyncio._set_running_loop(loop)
            try:
                awaited = getattr(stepped, operation)(*arguments)
            finally:
                asyncio._set_running_loop(None)
            if not isinstance(awaited, asyncio.Future):
                return cast(object, awaited)
            awaited._asyncio_future_blocking = False
            try:
                loop.run_until_complete(awaited)
                operation, arguments = "send", (None,)
            except BaseException as error:
                operation, arguments = "throw", (error,)


def _import(module: str) -> None:
    try:
        importlib.import_module(module)
    except Exception as error:
        raise Impossible(f"{module} cannot be imported without the tests ({type(error).__name__}: {error})") from None


_units: dict[str, Callable[..., object]] = {}


def register(module: str) -> Callable[[Callable[..., object]], Callable[..., object]]:
    """The decorator of the unit: remembers it as the unit of that module."""

    def remember(function: Callable[..., object]) -> Callable[..., object]:
        _units[module] = function
        return function

    return remember


def run(wire: Wire, setup: Setup, job: SubjectJob) -> None:
    """Serve the test process over the descriptor of the job."""
    if hasattr(os, "fork"):
        die_with_parent(load_prctl())
    with open(job.unit_file, "rb") as file:
        text = file.read()

    def transform(tree: ast.Module) -> ast.Module:
        return with_registration(tree, job.line, job.unit, __name__)

    SourceOverlay(job.unit_file, text, transform).install()
    code = SharedCode(setup.root, (), imports=True)
    limit_resources(memory_limit())
    if setup.confinement is not None:
        Confinement(setup.confinement, [job.temporary]).apply(job.temporary)
    # What is written to the descriptors themselves could fill the disk.
    null = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(null, descriptor)
    os.close(null)
    subject = Subject(Wire(job.descriptor, job.descriptor), code)
    subject.output.install()
    try:
        subject.serve()
    except Impossible:
        return
