"""In the process of the tests: what the stand-in of the unit calls, and what the subject may do here."""

from __future__ import annotations

import ast
import sys
import types
from collections.abc import Mapping, Sequence, Sized
from functools import partial
from typing import Any, Optional

from ..isolation.source_overlay import SourceOverlay
from ..protocol.values import JsonValue, StandInRequest
from ..protocol.wire import Wire
from . import instances, module_state, mutable_values, proxies, standard_values, surroundings
from .classes import JUDGES, SharedCode
from .errors import Impossible
from .messages import UNIT
from .mirror import Mirror
from .peer import Peer
from .stand_in_source import with_stand_in

LARGEST_ANSWER = 64 << 20
"""Bytes of the longest message of the subject that is read. Chosen by hand."""
OMITTED = object()
"""The default of a parameter whose own default only the subject may evaluate."""
INTERNAL_PREFIXES = ("_mock", "_spec", "gi_", "cr_", "ag_", "f_", "tb_", "co_", "func_")
"""Beginnings of attributes that lead to frames, code, or what a mock expects."""
INTERNAL_NAMES = frozenset({"mro", "with_traceback"})
"""Other attributes that lead there."""
CONTEXT_MANAGER = frozenset({"__enter__", "__exit__", "__aenter__", "__aexit__", "__call__", "__repr__", "__str__"})
"""Special methods of objects of the unit that may be used here."""
REFUSED_BUILTINS = frozenset({"eval", "exec", "compile", "__import__", "open", "breakpoint", "input"})
"""Builtin functions that the unit cannot return."""
INTERNAL_TYPES = (types.ModuleType, types.FrameType, types.CodeType, types.TracebackType)


class StandIn(Peer):
    """The test process's end. `fault` says why a call could not be judged from outside since `begin_test`.

    `roots` are the roots of the workspace's copies, here and in the subject. `changed_names` are the names of
    parameters and module variables whose values the unit changed in a call that returned something.
    """

    def __init__(self, wire: Wire, code: SharedCode, roots: tuple[str, str]) -> None:
        super().__init__(wire, code, unit=None)
        self.fault = ""
        self.changed_names: set[str] = set()
        self._roots = roots
        self._mirrors: dict[int, Mirror] = {}
        self._parameters: dict[int, dict[int, str]] = {}
        self._modules: dict[str, module_state.ModuleState] = {}
        self._module_of: dict[int, str] = {}
        self._search_path: list[str] = []
        self._numbers = 0

    def begin_test(self) -> None:
        """Forget what happened in the test before."""
        self.fault = ""
        self.changed_names = set()

    def module_loaded(self, name: str, state: module_state.ModuleState) -> None:
        """The unit's module was imported under that name."""
        self._modules[name] = state

    def call(self, module: str, arguments: list[tuple[str, Any]], keywords: dict[str, Any], *, is_method: bool) -> Any:
        """Call the unit in the subject. `arguments` are pairs of a parameter's name and a value."""
        try:
            with self.asking:
                return self._call(module, arguments, keywords, is_method=is_method)
        except Impossible as error:
            self.fault = self.fault or str(error)
            raise

    def _call(self, module: str, arguments: list[tuple[str, Any]], keywords: dict[str, Any], *, is_method: bool) -> Any:
        self._numbers += 1
        mirror = self._mirrors[self._numbers] = Mirror(self._numbers, self, self.code)
        self._module_of[mirror.number] = module
        try:
            self._note_containers(mirror, [*arguments[1 if is_method else 0 :], *keywords.items()])
            return self.ask(mirror, UNIT, "__call__", [module, *(value for _, value in arguments)], keywords)
        finally:
            if not mirror.lasting:
                del self._mirrors[mirror.number], self._module_of[mirror.number]
                self._parameters.pop(mirror.number, None)

    def ask(
        self, mirror: Mirror, target: int, operation: str, arguments: Sequence[object], keywords: Mapping[str, object]
    ) -> Any:
        """As `Peer.ask`; what is impossible is remembered as the test's fault."""
        try:
            return super().ask(mirror, target, operation, arguments, keywords)
        except Impossible as error:
            self.fault = self.fault or str(error)
            raise

    def _note_containers(self, mirror: Mirror, arguments: Sequence[tuple[str, object]]) -> None:
        """Remember of which parameter each builtin container is a part."""
        found = self._parameters.setdefault(mirror.number, {})
        seen: set[int] = set(found)
        for name, value in arguments:
            mirror.encode(value)
            waiting = [value]
            while waiting:
                part = waiting.pop()
                number = mirror.number_of(part)
                if number is None or number in seen:
                    continue
                seen.add(number)
                mutable, standard = mutable_values.BY_TYPE.get(type(part)), standard_values.BY_TYPE.get(type(part))
                inner: Sequence[object] = ()
                if mutable:
                    if isinstance(part, Sized):  # what is written into a stream is no result to compare with
                        found[number] = name
                    inner = mutable.contents(part)
                elif standard and standard.container:
                    inner = standard.parts(part)
                for one in inner:
                    mirror.encode(one)
                waiting.extend(inner)

    # What the subject may do here

    def export_shape(self, value: object) -> proxies.Shape:
        """Everything but the inside of Python and what judges."""
        kinds = type(value).__mro__
        if isinstance(value, types.MethodType):
            kinds += type(value.__self__).__mro__
        if isinstance(value, INTERNAL_TYPES):
            raise Impossible(f"a {type(value).__name__} cannot go over")
        for kind in kinds:
            top = kind.__module__.partition(".")[0]
            if top in JUDGES and kind.__module__ != "unittest.mock":
                raise Impossible(f"a {kind.__qualname__} cannot go over")
        return proxies.shape_of(value)

    def check_import(self, shape: proxies.Shape, methods: Sequence[str]) -> None:
        """Functions, iterators, coroutines and context managers of the unit are stepped; other objects are not."""
        if shape == "object" and not CONTEXT_MANAGER.issuperset(methods):
            raise Impossible("the unit returns an object that cannot go over")

    def check_attribute(self, value: object, name: str) -> None:
        """No attribute that leads to the inside of Python, or of a mock."""
        if name.startswith(("__", *INTERNAL_PREFIXES)) or name in INTERNAL_NAMES:
            raise Impossible(f"the unit uses the attribute {name}")
        # The proxy of a function, partial object or iterator has no attributes of its original.
        if isinstance(value, INTERNAL_TYPES) or proxies.shape_of(value) != "object":
            raise Impossible(f"the unit uses an attribute of a {type(value).__name__}")

    def find(self, module: str, qualname: str) -> object:
        """Classes that values may have, builtin functions, and functions and plain objects of the project."""
        found = self.code.find(module, qualname)
        if isinstance(found, type):
            return self.code.find_class(module, qualname)
        if not (self.code.is_of_project(module) or (module == "builtins" and qualname not in REFUSED_BUILTINS)):
            raise Impossible(f"{module}.{qualname} does not go over")
        return found

    def serving(self, mirror: Mirror, target: int, operation: str, arguments: Any, keywords: Any) -> object:
        """Do an operation with an object that was given to the unit."""
        value = self.exported(target)
        if operation == "set" and (isinstance(value, type) or instances.hides_method(type(value), str(arguments[0]))):
            raise Impossible("the unit replaces a method")
        return self.perform(value, operation, arguments, keywords)

    # What is kept alike

    def mirror(self, number: int) -> Mirror:
        """The mirror of a call that has not ended."""
        if number not in self._mirrors:
            raise Impossible("there is no such call")
        return self._mirrors[number]

    def mirror_to_ask(self, own: Mirror) -> Mirror:
        """The mirror of the call that returned the proxy."""
        return own

    def changed(self, mirror: Mirror, numbers: Sequence[int], result: object) -> None:
        """Remember which arguments the unit changes besides returning something."""
        parameters = self._parameters.get(mirror.number, {})
        if result is not None:
            self.changed_names |= {parameters[number] for number in numbers if number in parameters}

    def outgoing(self, mirror: Mirror) -> dict[str, JsonValue]:
        """The surroundings, the variables of the unit's module, and where modules are found."""
        found: dict[str, Any] = dict(self.surroundings.outgoing(mirror))
        if sys.path != self._search_path:
            self._search_path = list(sys.path)
            found["search_path"] = [self.outgoing_text(path) for path in sys.path]
        found["module"] = self._module_of[mirror.number]
        state = self._modules.get(self._module_of[mirror.number])
        if state is not None:
            found.update(state.outgoing(mirror))
            self._note_containers(mirror, state.variables())
        return found

    def incoming(self, mirror: Mirror, sent: Mapping[str, JsonValue]) -> None:
        """Take over the surroundings, and print, warn and log what the unit did."""
        self.changed_names.update(self.surroundings.incoming(mirror, sent))
        surroundings.repeat(self.code, sent)
        bound: Any = sent.get("bound", {})
        state = self._modules.get(self._module_of[mirror.number])
        if bound and state is not None:
            self.changed_names.update(state.incoming(mirror, bound))

    def outgoing_text(self, text: str) -> str:
        """Paths in the workspace are in another copy there."""
        return text.replace(*self._roots) if self._roots[0] in text else text

    def incoming_text(self, text: str) -> str:
        """Paths in the workspace are in another copy here."""
        return text.replace(self._roots[1], self._roots[0]) if self._roots[1] in text else text


_stand_in: Optional[StandIn] = None
_source: Optional[tuple[ast.Module, str]] = None


def connect(stand_in: StandIn, tree: ast.Module, unit: str) -> None:
    """From now on the unit is called through `stand_in`. `tree` is its module, `unit` its name in the module."""
    global _stand_in, _source
    _stand_in, _source = stand_in, (tree, unit)


def module_loaded(name: str) -> None:
    """Called at the end of the unit's module."""
    assert _stand_in is not None and _source is not None
    tree, unit = _source
    _stand_in.module_loaded(name, module_state.ModuleState(sys.modules[name], tree, unit, _stand_in.code))


def call(
    module: str,
    positional: Sequence[tuple[str, Any]],
    star: Sequence[Any],
    named: Sequence[tuple[str, Any]],
    more: Mapping[str, Any],
    *,
    positional_only: int,
    is_method: bool,
) -> Any:
    """Called by the stand-in with the values of its parameters; see `stand_in_source`."""
    assert _stand_in is not None
    count = next((n for n, (_, value) in enumerate(positional) if value is OMITTED), len(positional))
    arguments = [*positional[:count], *(("more arguments", value) for value in star)]
    later = positional[max(count, positional_only) :]
    keywords = {name: value for name, value in [*later, *named] if value is not OMITTED}
    return _stand_in.call(module, arguments, {**keywords, **more}, is_method=is_method)


def install(request: StandInRequest, unit_file: str, root: str) -> StandIn:
    """Let the import system put the stand-in into the unit's module. Raises `Impossible` if there can be none."""
    with open(unit_file, "rb") as file:
        text = file.read()
    try:
        tree, original = ast.parse(text), ast.parse(request.original)
        # Made once here, so that what is impossible is known before a test is collected.
        with_stand_in(ast.parse(text), original, request.line, request.unit)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Impossible(f"the unit's file does not parse ({type(error).__name__})") from None
    transform = partial(with_stand_in, original=original, line=request.line, name=request.unit)
    SourceOverlay(unit_file, text, transform).install()
    code = SharedCode(root, request.hidden, imports=False)
    wire = Wire(request.descriptor, request.descriptor, LARGEST_ANSWER)
    stand_in = StandIn(wire, code, (root, request.subject_root))
    connect(stand_in, tree, request.unit)
    return stand_in
