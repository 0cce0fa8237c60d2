"""Restores lists, dicts and sets that outlive a test: their contents are copied before a candidate runs.

A candidate that sorts the list it was given, or fills a table of its module, changes what the next candidate in the
same process gets. The contents of such containers are cheap to restore. Other changes are found by the canary test.
"""

from __future__ import annotations

import operator
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Iterable
from typing import Any, Union

MAX_ELEMENTS = 20_000
"""Elements in all containers together. Where there are more, nothing is restored: to visit them would take more time
than sharing a process saves. Chosen by hand."""
CONTAINER_TYPES = (list, dict, set, deque, defaultdict, OrderedDict, Counter, tuple)
"""Exactly these types and none of their subclasses, whose methods may be the project's own."""
Container = Union[list[Any], dict[Any, Any], set[Any], "deque[Any]"]


class MutableStateSnapshot:
    """The contents, when it is made, of the mutable builtin containers that can be reached from `roots`.

    Tuples are searched as well. Other objects are not.
    """

    def __init__(self, roots: Iterable[object]) -> None:
        self._contents: list[tuple[Container, list[Any]]] = []
        seen: set[int] = set()
        elements = 0
        waiting: list[Any] = list(roots)
        while waiting:
            value = waiting.pop()
            if id(value) in seen or type(value) not in CONTAINER_TYPES:
                continue
            seen.add(id(value))
            content = _content(value)
            if type(value) is not tuple:
                self._contents.append((value, content))
            elements += 1 + len(content)
            if elements > MAX_ELEMENTS:
                self._contents.clear()
                return
            waiting += content

    def restore(self) -> None:
        """Give every container the same objects that it held."""
        for container, content in self._contents:
            current = _content(container)
            if len(current) != len(content) or not all(map(operator.is_, current, content)):
                _fill(container, content)


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
