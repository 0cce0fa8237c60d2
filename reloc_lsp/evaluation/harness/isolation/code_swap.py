"""The unit's code: compiled from a candidate's source, and put into every live function made from the original."""

from __future__ import annotations
import __future__

import ast
import gc
import inspect
import os
import types
from collections.abc import Callable, Sequence
from typing import Any

from ..protocol.wire import Message


class UnitCode:
    """Where the outermost function around the unit stands and how it is compiled.

    `prefix` are the lines (class headers) to put before the function's source so that it compiles in its context;
    `names` is the way to the code object: class names, then the function's; `first_line` is the function's first
    line in the file, decorators included.
    """

    def __init__(self, description: Message) -> None:
        self.file: str = description["file"]
        self.prefix: str = description["prefix"]
        self.names: list[str] = description["names"]
        self.first_line: int = description["first_line"]
        self.flags = 0
        for name in description["futures"]:
            self.flags |= getattr(__future__, name).compiler_flag

    def text(self, source: str) -> str:
        """The text to compile, with line numbers as in the file."""
        return "\n" * (self.first_line - 1 - self.prefix.count("\n")) + self.prefix + source

    def compile(self, source: str, transform: Callable[[ast.Module], ast.Module] | None = None) -> types.CodeType:
        """The function's code object; `transform` may change the syntax tree first. Raises `SyntaxError`."""
        text: Any = self.text(source)
        if transform is not None:
            text = transform(compile(text, self.file, "exec", self.flags | 0x400, dont_inherit=True))
        code: types.CodeType = compile(text, self.file, "exec", self.flags, dont_inherit=True)
        for name in self.names:
            inner = [c for c in code.co_consts if isinstance(c, types.CodeType) and c.co_name == name]
            if not inner:
                raise SyntaxError(f"{name} is not defined here any more")
            code = inner[-1]
        return code

    def live_functions(self) -> list[types.FunctionType]:
        """Every function object made from the original code, however it is held: decorated, registered, bound."""
        real = os.path.realpath(self.file)
        name = self.names[-1]
        found = []
        for thing in gc.get_objects():
            if type(thing) is types.FunctionType:
                code = thing.__code__
                alike = code.co_name == name and code.co_firstlineno == self.first_line
                if alike and os.path.realpath(code.co_filename) == real:
                    found.append(thing)
        return found


def install(functions: Sequence[types.FunctionType], code: types.CodeType) -> None:
    """Swap `code` into all functions; raises `ValueError` where its closure does not fit."""
    for function in functions:
        if function.__code__.co_freevars != code.co_freevars:
            raise ValueError("the closure changed")
    for function in functions:
        function.__code__ = code


def clear_caches(root: str) -> list[Any]:
    """Forget what `functools.lru_cache` and `functools.cache` remember from import time.

    Returns those caches whose functions stand below `root`: candidates fill them again.
    """
    trusted = []
    for thing in gc.get_objects():
        if type(thing).__name__ == "_lru_cache_wrapper":
            thing.cache_clear()
            code = getattr(inspect.unwrap(thing), "__code__", None)
            if code is not None and os.path.realpath(code.co_filename).startswith(root + os.sep):
                trusted.append(thing)
    return trusted
