"""The rules of the safety lint: each finds one way in which code can escape its caller, and describes it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import Any

from reloc_lsp.program import stdlib_allowlist
from reloc_lsp.program.scope import Import, Scope, imported_names
from reloc_lsp.program.unit import Definition

_ENCODING = re.compile(r"(?:[ \t\f]*(?:#.*)?(?:\r\n?|\n))?[ \t\f]*#.*?coding[:=]")
"""A comment in the first two lines of a file that declares an encoding, so that Python reads other text."""
_DENIED_NAMES = "|".join(
    sorted(
        (stdlib_allowlist.INTROSPECTION_ATTRIBUTES | stdlib_allowlist.IMPLICIT_METHODS)
        - stdlib_allowlist.SAFE_DUNDERS
        - {"mro"}
    )
)
_NAME_IN_STRING = re.compile(rf"(?:^|[.\[])({_DENIED_NAMES})(?=$|[.\[\]}}!:])")
"""A denied attribute in a string: the whole string, or a part that `str.format` or `attrgetter` would look up."""
_ATTRIBUTE_FUNCTIONS = ("delattr", "getattr", "hasattr", "setattr")
_FORBIDDEN_TEXT = re.compile(
    r"^(?:_pytest|hypothesis|pytest|unittest)$|PYTEST_CURRENT_TEST|/proc\b|/dev/(?:fd|mem|pts|shm|std|tty)"
)
"""Names of test tools, and paths to the memory and open files of a process."""


def violations(scope: Scope) -> Iterator[str]:
    """A sentence for each violation in a file or a unit; equal violations give equal sentences."""
    if _ENCODING.match(scope.text):
        yield "declares an encoding"
    for node, parent in scope.nodes_with_parents:
        rule = _RULES.get(node.__class__)
        if rule is not None:
            yield from rule(scope, node, parent)


def _import(scope: Scope, node: Import, parent: ast.AST) -> Iterator[str]:
    for name, _ in imported_names(node):
        yield from _defined(scope, name)
        if name in scope.ambiguous:
            yield f"imports different things as {name}"
    if isinstance(node, ast.ImportFrom) and node.level:
        yield "imports from its own package, which the file did not"
        return
    above = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
    for alias in node.names:
        path = above + alias.name
        parts = path.split(".")
        if not stdlib_allowlist.is_importable(path):
            yield f"imports {parts[0]}, which the file did not"
        for count in range(1, len(parts)):
            if stdlib_allowlist.is_denied_part(".".join(parts[:count]), parts[count]):
                yield f"uses {'.'.join(parts[: count + 1])}"


def _attribute(scope: Scope, node: ast.Attribute, parent: ast.AST) -> Iterator[str]:
    path = scope.path(node.value)
    if path and stdlib_allowlist.is_denied_part(path, node.attr):
        yield f"uses {path}.{node.attr}"
    elif stdlib_allowlist.is_denied_attribute(node.attr):
        yield f"uses the attribute {node.attr}"
    elif not isinstance(node.ctx, ast.Load):
        yield from _defined(scope, node.attr)
    yield from _change(scope, node, parent)
    yield from _used_as_value(scope, node, parent)


def _change(scope: Scope, node: ast.Attribute | ast.Subscript, parent: ast.AST) -> Iterator[str]:
    """Items of the file's own variables may be set: caches do that."""
    if isinstance(node.ctx, ast.Load):
        return
    root, attribute = _root(node), isinstance(node, ast.Attribute)
    if isinstance(root, ast.Name) and scope.is_shared(root.id) and (attribute or scope.path(root)):
        yield f"changes {_dotted(node)}"


def _name(scope: Scope, node: ast.Name, parent: ast.AST) -> Iterator[str]:
    name = node.id
    if not isinstance(node.ctx, ast.Load):
        yield from _defined(scope, name)
        return
    magic = name.startswith("__") and name.endswith("__") and name not in stdlib_allowlist.SAFE_DUNDERS
    if (magic or name in stdlib_allowlist.DENIED_BUILTINS) and scope.is_builtin(name):
        yield f"uses {name}"
    is_attribute_call = isinstance(parent, ast.Call) and _function(scope, parent.func) in _ATTRIBUTE_FUNCTIONS
    if not is_attribute_call and not isinstance(parent, ast.Attribute) and scope.is_module(name):
        yield f"uses the module {name} as a value"
    yield from _used_as_value(scope, node, parent)


def _used_as_value(scope: Scope, node: ast.expr, parent: ast.AST) -> Iterator[str]:
    called = isinstance(parent, ast.Call) and parent.func is node
    if not called and (function := _function(scope, node)) in stdlib_allowlist.ATTRIBUTE_ACCESSORS:
        yield f"uses {function} as a value"


def _call(scope: Scope, node: ast.Call, parent: ast.AST) -> Iterator[str]:
    function = _function(scope, node.func)
    if function == "type" and (len(node.args) != 1 or isinstance(node.args[0], ast.Starred)):
        yield "makes a class by type()"
    # The other arguments of `wraps` are names of attributes to copy.
    if function == "functools.wraps" and (len(node.args) != 1 or node.keywords):
        yield "gives functools.wraps more than a function"
    if function is not None and function in stdlib_allowlist.ATTRIBUTE_ACCESSORS:
        yield from _named_attribute(scope, node, function)


def _named_attribute(scope: Scope, call: ast.Call, function: str) -> Iterator[str]:
    """Attribute access by a function: a literal name is treated like an attribute, a computed one is a violation."""
    context = ast.Store() if function in ("setattr", "delattr") else ast.Load()
    unpacked = any(isinstance(argument, ast.Starred) for argument in call.args)
    for name in [call] if unpacked else call.args[stdlib_allowlist.ATTRIBUTE_ACCESSORS[function]]:
        if isinstance(name, ast.Constant):
            for part in str(name.value).split("."):
                yield from _attribute(scope, ast.Attribute(call.args[0], part, context), call)
        elif "." in function or not _has_safe_start(name):
            yield f"gives {function} a name that is computed"


def _has_safe_start(name: ast.expr) -> bool:
    """Whether a computed name begins like no denied attribute, as `f"visit_{kind}"` does."""
    while isinstance(name, ast.BinOp) and isinstance(name.op, ast.Add):
        name = name.left
    start = name.values[0] if isinstance(name, ast.JoinedStr) and name.values else name
    return isinstance(start, ast.Constant) and not stdlib_allowlist.may_begin_denied_attribute(str(start.value))


def _module_bindings(scope: Scope, node: ast.Module, parent: ast.AST) -> Iterator[str]:
    """A unit may bind its own name and new ones, but no other name of its file."""
    first = node.body[0] if node.body else None
    body = first.body if len(node.body) == 1 and isinstance(first, ast.If) else node.body
    if scope.file and len(body) > 1:
        own = {scope.function.name} if scope.function else set()
        yield from (f"rebinds {name}" for name in sorted(scope.module_level_names & scope.file.shared_names - own))


def _defined(scope: Scope, name: str | None) -> Iterator[str]:
    """Classes of the file may define these methods, but not classes that a unit creates."""
    if scope.file and name in stdlib_allowlist.IMPLICIT_METHODS:
        yield f"defines {name}"


def _definition(scope: Scope, node: Definition, parent: ast.AST) -> Iterator[str]:
    if node is not scope.function:
        yield from _defined(scope, node.name)
    for decorator in node.decorator_list:
        named = decorator.func if isinstance(decorator, ast.Call) else decorator
        root = _root(named)
        own = isinstance(root, ast.Name) and not scope.may_be_free(root.id)
        if _last(named) not in stdlib_allowlist.SAFE_DECORATORS and not own:
            yield f"decorates with {_dotted(named)}"
    if isinstance(node, ast.ClassDef):
        if any(keyword.arg in (None, "metaclass") and _last(keyword.value) != "ABCMeta" for keyword in node.keywords):
            yield "gives a class a metaclass"
        if any(isinstance(inner, Import) for inner in ast.walk(node)):
            yield "imports inside of a class"


def _pattern(scope: Scope, node: ast.MatchClass | ast.MatchAs, parent: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.MatchClass):
        yield from (
            f"uses the attribute {name}" for name in node.kwd_attrs if stdlib_allowlist.is_denied_attribute(name)
        )
    else:
        yield from _defined(scope, node.name)


def _handler(scope: Scope, node: ast.ExceptHandler, parent: ast.AST) -> Iterator[str]:
    if node.type is None:
        yield "catches everything, even the end of the process"


def _try(scope: Scope, node: ast.Try | ast.TryStar, parent: ast.AST) -> Iterator[str]:
    leaving = (ast.Return, ast.Break, ast.Continue)
    if any(isinstance(inner, leaving) for statement in node.finalbody for inner in ast.walk(statement)):
        yield "leaves a finally block, which swallows what was raised"


def _global(scope: Scope, node: ast.Global, parent: ast.AST) -> Iterator[str]:
    yield from (f"declares {name} global" for name in node.names)


def _keyword(scope: Scope, node: ast.keyword, parent: ast.AST) -> Iterator[str]:
    yield from _defined(scope, node.arg)


def _constant(scope: Scope, node: ast.Constant, parent: ast.AST) -> Iterator[str]:
    if isinstance(parent, ast.Expr) or not isinstance(node.value, str | bytes):
        return
    text = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
    yield from (f"names {text_found} in a string" for text_found in _FORBIDDEN_TEXT.findall(text))
    if "_" in text and not (isinstance(parent, ast.Call) and _function(scope, parent.func) == "hasattr"):
        yield from (f"names {name} in a string" for name in _NAME_IN_STRING.findall(text))


def _function(scope: Scope, node: ast.expr) -> str | None:
    """The name of a builtin function that has a rule, or the path of an imported function; else `None`."""
    if (
        isinstance(node, ast.Name)
        and (node.id == "type" or node.id in _ATTRIBUTE_FUNCTIONS)
        and scope.is_builtin(node.id)
    ):
        return node.id
    return scope.path(node)


def _root(node: ast.AST) -> ast.AST:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node


def _dotted(node: ast.AST) -> str:
    parts = []
    while isinstance(node, ast.Attribute | ast.Subscript):
        parts += [node.attr] if isinstance(node, ast.Attribute) else []
        node = node.value
    return ".".join([node.id if isinstance(node, ast.Name) else "something", *reversed(parts)])


def _last(node: ast.AST) -> str | None:
    return getattr(node, "attr", getattr(node, "id", None))


_RULES: dict[type[ast.AST], Callable[[Scope, Any, ast.AST], Iterator[str]]] = {
    ast.Module: _module_bindings,
    ast.Import: _import,
    ast.ImportFrom: _import,
    ast.Attribute: _attribute,
    ast.Subscript: _change,
    ast.Name: _name,
    ast.Call: _call,
    ast.FunctionDef: _definition,
    ast.AsyncFunctionDef: _definition,
    ast.ClassDef: _definition,
    ast.MatchClass: _pattern,
    ast.MatchAs: _pattern,
    ast.ExceptHandler: _handler,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.Global: _global,
    ast.keyword: _keyword,
    ast.Constant: _constant,
}
