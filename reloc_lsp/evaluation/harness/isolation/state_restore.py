"""Lists, dicts and sets that outlive a test: remembered before a candidate runs, and put right after it.

A candidate that sorts the list it was given, or fills a module's table, changes what the next one in the same
process gets. What such containers hold is cheap to put back; what else was changed is for the canary to show.
"""

from __future__ import annotations

import operator
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from types import FunctionType
from typing import Any, Union

import pytest

MOST_HELD = 20_000
"""With more elements than that nothing is remembered: looking through them would cost more than it saves."""
KINDS = (list, dict, set, deque, defaultdict, OrderedDict, Counter, tuple)
"""Just these and none of their subclasses, whose methods may be the project's own."""
Container = Union[list[Any], dict[Any, Any], set[Any], "deque[Any]"]


class Containers:
    """The contents, at the moment it is made, of the mutable builtin containers that `roots` lead to."""

    def __init__(self, roots: Iterable[object]) -> None:
        self._contents: list[tuple[Container, list[Any]]] = []
        seen: set[int] = set()
        held = 0
        waiting: list[Any] = list(roots)
        while waiting:
            thing = waiting.pop()
            if id(thing) in seen or type(thing) not in KINDS:
                continue
            seen.add(id(thing))
            content = _content(thing)
            if type(thing) is not tuple:
                self._contents.append((thing, content))
            held += 1 + len(content)
            if held > MOST_HELD:
                self._contents.clear()
                return
            waiting += content

    def restore(self) -> None:
        """Give every container the very contents it had."""
        for container, content in self._contents:
            now = _content(container)
            if len(now) != len(content) or not all(map(operator.is_, now, content)):
                _fill(container, content)


def roots_of(items: Iterable[pytest.Item], functions: Iterable[FunctionType]) -> Iterator[object]:
    """What candidates can reach: the tests' parameters, their modules' globals, the unit's globals and defaults.

    Of classes among the globals, what they hold for all their objects.
    """
    spaces = {id(function.__globals__): function.__globals__ for function in functions}
    for function in functions:
        yield function.__defaults__
        yield function.__kwdefaults__
    for item in items:
        call = getattr(item, "callspec", None)
        yield getattr(call, "params", None)
        module = getattr(item, "module", None)
        if module is not None:
            spaces.setdefault(id(vars(module)), vars(module))
    for space in spaces.values():
        for value in _values(space):
            yield value
            if isinstance(value, type):
                yield from _values(type.__dict__["__dict__"].__get__(value))


def _values(space: Mapping[str, object]) -> Iterator[object]:
    return (value for name, value in space.items() if not name.startswith("__"))


def _content(container: Container) -> list[Any]:
    """The elements; of a dict, its keys and then its values."""
    return [*container, *container.values()] if isinstance(container, dict) else list(container)


def _fill(container: Container, content: list[Any]) -> None:
    container.clear()
    if isinstance(container, dict):
        middle = len(content) // 2
        container.update(dict(zip(content[:middle], content[middle:])))  # noqa: B905 (Python 3.9)
    elif isinstance(container, set):
        container.update(content)
    else:
        container.extend(content)
