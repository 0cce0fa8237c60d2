"""Makes the stand-in of the unit: a function with the same parameters that hands its arguments over.

Nothing of a candidate is evaluated in the process of the tests: decorators, defaults and annotations are those of the
unchanged unit, or constants, or left out.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Union

from .errors import Impossible

Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]
STAND_IN = f"{__package__}.stand_in"
_IMPORT = f"__import__({STAND_IN!r}, fromlist=['stand_in'])"


def with_stand_in(tree: ast.Module, original: ast.Module, line: int, name: str) -> ast.Module:
    """The module with a stand-in for the function `name` whose first line, decorators included, is `line`.

    `original` is the unchanged module. Raises `Impossible` if the candidate changes the decorators.
    """
    revised, unchanged = find_function(tree, line, name), find_function(original, line, name)
    if list(map(ast.dump, revised.decorator_list)) != list(map(ast.dump, unchanged.decorator_list)):
        raise Impossible("the revision changes the decorators")
    _replace_body(revised, is_method=_is_method(tree, revised))
    _keep_own_header(revised, unchanged)
    tree.body.append(ast.parse(f"{_IMPORT}.module_loaded(__name__)").body[0])
    return ast.fix_missing_locations(tree)


def find_function(tree: ast.Module, line: int, name: str) -> Function:
    """The function of that name and first line; raises `Impossible` if there is none."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and (node.name, _first_line(node)) == (name, line):
            return node
    raise Impossible(f"{name} is not at line {line}")


def _first_line(function: Function) -> int:
    return min([function.lineno, *(decorator.lineno for decorator in function.decorator_list)])


def _replace_body(function: Function, *, is_method: bool) -> None:
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    given = "".join(f"({argument.arg!r}, {argument.arg}), " for argument in positional)
    named = "".join(f"({argument.arg!r}, {argument.arg}), " for argument in arguments.kwonlyargs)
    star = arguments.vararg.arg if arguments.vararg else "()"
    more = arguments.kwarg.arg if arguments.kwarg else "{}"
    given = f"({given}), {star}, ({named}), {more}"
    call = f"{_IMPORT}.call(__name__, {given}, positional_only={len(arguments.posonlyargs)}, is_method={is_method})"
    yields = any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in own_nodes(function))
    if isinstance(function, ast.AsyncFunctionDef):
        text = f"async for item in {call}: yield item" if yields else f"return await {call}"
        body = ast.parse(f"async def stand_in():\n    {text}").body[0]
    else:
        text = f"return (yield from {call})" if yields else f"return {call}"
        body = ast.parse(f"def stand_in():\n    {text}").body[0]
    assert isinstance(body, (ast.FunctionDef, ast.AsyncFunctionDef))
    function.body = [*function.body[: 1 if ast.get_docstring(function, clean=False) is not None else 0], *body.body]


def own_nodes(function: Function) -> Iterator[ast.AST]:
    """The nodes of the function's own body, without those of functions and classes in it."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            waiting.extend(ast.iter_child_nodes(node))


def _keep_own_header(revised: Function, unchanged: Function) -> None:
    """Leave nothing in the header that the unchanged function does not have, but for constants."""
    old, new = unchanged.args, revised.args
    known = {ast.dump(default) for default in [*old.defaults, *old.kw_defaults] if default is not None}
    annotations = {argument.arg: argument.annotation for argument in _arguments(old)}
    for argument in _arguments(new):
        argument.annotation = annotations.get(argument.arg)
    revised.returns = unchanged.returns
    new.defaults = [_default(default, known) for default in new.defaults]
    new.kw_defaults = [None if default is None else _default(default, known) for default in new.kw_defaults]
    if hasattr(revised, "type_params"):  # from Python 3.12
        setattr(revised, "type_params", getattr(unchanged, "type_params"))  # noqa: B009, B010


def _default(default: ast.expr, known: set[str]) -> ast.expr:
    if isinstance(default, ast.Constant) or ast.dump(default) in known:
        return default
    return ast.parse(f"{_IMPORT}.OMITTED", mode="eval").body


def _arguments(arguments: ast.arguments) -> list[ast.arg]:
    more = [argument for argument in (arguments.vararg, arguments.kwarg) if argument is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *more]


def _is_method(tree: ast.Module, function: Function) -> bool:
    """Whether the first argument is the instance or the class."""
    static = any(isinstance(node, ast.Name) and node.id == "staticmethod" for node in function.decorator_list)
    return not static and any(isinstance(node, ast.ClassDef) and function in node.body for node in ast.walk(tree))


def with_registration(tree: ast.Module, line: int, name: str, subject: str) -> ast.Module:
    """The module with a decorator, called first, that gives the function `name` to the module `subject`."""
    function = find_function(tree, line, name)
    register = ast.parse(f"__import__({subject!r}, fromlist=['subject']).register(__name__)", mode="eval").body
    function.decorator_list.append(register)
    return ast.fix_missing_locations(tree)
