"""The calls of a function that its docstring shows as examples."""

from __future__ import annotations

import ast
import doctest
import inspect
from collections.abc import Iterator
from types import FunctionType

from .call_recorder import Arguments
from .input_mutation import OWNERS


def example_calls(function: FunctionType) -> Iterator[Arguments]:
    """The arguments of each call of `function` in a `>>>` example, where all of them are literals.

    A method has none: an example does not show its object.
    """
    try:
        examples = doctest.DocTestParser().get_examples(function.__doc__ or "")
        signature = inspect.signature(function)
    except ValueError:
        return
    if next(iter(signature.parameters), "") in OWNERS:
        return
    for example in examples:
        try:
            tree = ast.parse(example.source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _called_name(node.func) == function.__name__:
                try:
                    positional = [ast.literal_eval(argument) for argument in node.args]
                    named = {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in node.keywords}
                    bound = signature.bind(*positional, **named)
                except (TypeError, ValueError, SyntaxError, RecursionError, MemoryError):
                    continue
                bound.apply_defaults()
                yield bound.arguments


def _called_name(called: ast.expr) -> str:
    return called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
