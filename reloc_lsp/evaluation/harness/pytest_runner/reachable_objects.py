"""The objects that a candidate can reach and change while its tests run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import FunctionType

import pytest

from .pytest_compat import doctest_globals, parameters_of


def reachable_objects(items: Iterable[pytest.Item], functions: Iterable[FunctionType]) -> Iterator[object]:
    """Parameters of the tests, globals of modules and doctests, and globals and defaults of the unit's `functions`.

    For each class among the globals, its attributes too.
    """
    namespaces = {id(function.__globals__): function.__globals__ for function in functions}
    for function in functions:
        yield function.__defaults__
        yield function.__kwdefaults__
    for item in items:
        yield parameters_of(item)
        yield doctest_globals(item)
        module = getattr(item, "module", None)
        if module is not None:
            namespaces.setdefault(id(vars(module)), vars(module))
    for namespace in namespaces.values():
        for value in _values(namespace):
            yield value
            if isinstance(value, type):
                yield from _values(type.__dict__["__dict__"].__get__(value))


def _values(namespace: Mapping[str, object]) -> Iterator[object]:
    return (value for name, value in namespace.items() if not name.startswith("__"))
