"""Compiles the unit from a candidate's source and swaps its code into every live function made from the original."""

from __future__ import annotations
import __future__

import ast
import functools
import gc
import inspect
import os
import types
from collections.abc import Callable, Sequence

from ..protocol.values import UnitDescription


class UnitCode:
    """Compiles versions of the outermost function around the unit in its context (see `UnitDescription`)."""

    def __init__(self, description: UnitDescription) -> None:
        self.file = description.file
        self.prefix = description.prefix
        self.names = description.names
        self.first_line = description.first_line
        self.flags = 0
        for name in description.futures:
            self.flags |= getattr(__future__, name).compiler_flag

    def text(self, source: str) -> str:
        """The text to compile, with line numbers as in the file."""
        return "\n" * (self.first_line - 1 - self.prefix.count("\n")) + self.prefix + source

    def compile(self, source: str, transform: Callable[[ast.Module], ast.Module] | None = None) -> types.CodeType:
        """The function's code object. `transform` may change the syntax tree first. Raises `SyntaxError`."""
        code: types.CodeType
        if transform is None:
            code = compile(self.text(source), self.file, "exec", self.flags, dont_inherit=True)
        else:
            flags = self.flags | ast.PyCF_ONLY_AST
            tree: ast.Module = compile(self.text(source), self.file, "exec", flags, dont_inherit=True)
            code = compile(transform(tree), self.file, "exec", self.flags, dont_inherit=True)
        for name in self.names:
            inner = [c for c in code.co_consts if isinstance(c, types.CodeType) and c.co_name == name]
            if not inner:
                raise SyntaxError(f"{name} is no longer defined here")
            code = inner[-1]
        return code

    def live_functions(self) -> list[types.FunctionType]:
        """Every function object made from the original code: decorated, registered in a table, bound or imported."""
        real = os.path.realpath(self.file)
        name = self.names[-1]
        found = []
        for value in gc.get_objects():
            if type(value) is types.FunctionType:
                code = value.__code__
                similar = code.co_name == name and code.co_firstlineno == self.first_line
                if similar and os.path.realpath(code.co_filename) == real:
                    found.append(value)
        return found


def install(functions: Sequence[types.FunctionType], code: types.CodeType) -> None:
    """Swap `code` into all `functions`; raises `ValueError` where its closure differs from theirs."""
    for function in functions:
        if function.__code__.co_freevars != code.co_freevars:
            raise ValueError("the closure changed")
    for function in functions:
        function.__code__ = code


def clear_caches(root: str) -> list[functools._lru_cache_wrapper[object]]:
    """Empty every `functools.lru_cache` and `functools.cache`: they hold results of the unchanged code.

    Returns the caches of functions in files below `root`: candidates fill them again.
    """
    of_project = []
    for value in gc.get_objects():
        if type(value).__name__ == "_lru_cache_wrapper":
            value.cache_clear()
            code = getattr(inspect.unwrap(value), "__code__", None)
            if code is not None and os.path.realpath(code.co_filename).startswith(root + os.sep):
                of_project.append(value)
    return of_project
