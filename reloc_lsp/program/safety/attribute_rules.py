"""Attributes: those that are listed, that the file or its project uses, and constants. No name may be computed."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator

from reloc_lsp.program.safety.allowed_attributes import ALLOWED_ATTRIBUTES, MUTATING_METHODS
from reloc_lsp.program.safety.allowed_names import ACCESSOR_BUILTINS, DUNDER_ATTRIBUTES
from reloc_lsp.program.safety.allowed_parts import CALLED_PARTS
from reloc_lsp.program.safety.finding import Finding
from reloc_lsp.program.safety.import_rules import is_exception_name, is_part_with_module, part_finding
from reloc_lsp.program.safety.reading import Reading

_CONSTANT = re.compile(r"(?!ANY$)[A-Z][A-Z0-9_]+$")
"""Names that are constants by convention. `ANY` of mock objects is equal to everything."""
_PLAIN_ONLY = ("__class__", "format", "format_map")
"""Attributes whose rules look at what is done with them, so that they have to be written as attributes."""
_PATH_ACCESSORS = {"operator.attrgetter": slice(0, None), "operator.methodcaller": slice(0, 1)}
"""Functions that make a function which reaches attributes, and which of their arguments are the names."""


def attribute(reading: Reading, node: ast.Attribute) -> Iterator[Finding]:
    """An attribute, and what is done with it."""
    if isinstance(node.ctx, ast.Load):
        yield from named_attribute(reading, node)
        yield from _other_meaning(reading, node)
    elif is_dunder(node.attr):
        yield Finding("sets", reading.word(node))
    else:
        yield from _set_attribute(reading, node)


def named_attribute(reading: Reading, node: ast.Attribute) -> Iterator[Finding]:
    """Whether the attribute of that name may be read."""
    name, path = node.attr, reading.scope.path(node)
    if is_dunder(name):
        yield from _dunder(reading, node)
    elif path in CALLED_PARTS and not reading.is_called(node):
        yield Finding("uses", f"{path} as a value")
    elif path is not None and not path.startswith("."):
        yield from _part(reading, node, path)
    elif not _is_known(reading, node) and not is_exception_name(reading, node):
        yield Finding("uses the attribute", f".{name}")


def changed(reading: Reading, node: ast.Subscript | ast.Attribute, value: ast.expr) -> Iterator[Finding]:
    """A change of something that outlives the call: an import, or a variable, function or class of the file."""
    root = value
    while isinstance(root, ast.Attribute | ast.Subscript):
        root = root.value
    if isinstance(root, ast.Name) and reading.scope.is_shared(root.id):
        yield Finding("changes", reading.word(node if isinstance(node, ast.Attribute) else node.value))
    elif isinstance(root, ast.Name) and _is_of_file(reading, root.id):
        sets_attribute = isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load)
        yield Finding("changes", reading.word(node) if sets_attribute else root.id)


def accessor_call(reading: Reading, node: ast.Call) -> Iterator[Finding]:
    """Attributes reached by a function: a literal name is treated like an attribute, a computed one is refused."""
    function = reading.function(node.func)
    if function in _PATH_ACCESSORS:
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            yield Finding("computes a name of", reading.word(node))
        for argument in node.args[_PATH_ACCESSORS[function]]:
            yield from _path_accessed(reading, node, argument)
    elif function in ACCESSOR_BUILTINS:
        match node.args:
            case [ast.Starred(), *_]:
                yield Finding("computes the name in", reading.word(node))
            case [value, ast.Constant(value=str(name)), *_]:
                context = ast.Load() if function == "getattr" else ast.Store()
                yield from attribute(reading, ast.Attribute(value, name, context))
                if name in _PLAIN_ONLY:
                    yield Finding("uses the attribute", f".{name} by {function}")
            case [_, name, *_] if function == "getattr" and _has_known_start(reading, name):
                return
            case _:
                yield Finding("computes the name in", reading.word(node))


def is_dunder(name: str) -> bool:
    """Whether a name begins and ends with two underscores."""
    return name.startswith("__") and name.endswith("__") and len(name) > 4


def _is_known(reading: Reading, node: ast.Attribute) -> bool:
    name = node.attr
    if name in ("format", "format_map"):
        return True  # see `format_rules`
    if name in ALLOWED_ATTRIBUTES or _CONSTANT.match(name) or reading.vocabulary.has_attribute(name):
        return True
    return any(
        isinstance(other, ast.Attribute) and other.attr == name and not isinstance(other.ctx, ast.Load)
        for other, _ in reading.scope.nodes_with_parents
        if isinstance(other, ast.Attribute) and reading.is_self(other.value)
    )


def _part(reading: Reading, node: ast.Attribute, path: str) -> Iterator[Finding]:
    """A part of something that is imported."""
    if path.partition(".")[0] in sys.stdlib_module_names:
        # A listed class: what its methods do is decided like those of its objects.
        if (finding := part_finding(reading, node, path)) and not _CONSTANT.match(node.attr):
            yield finding
    elif _CONSTANT.match(node.attr) or is_exception_name(reading, node) or is_part_with_module(reading, path):
        return
    else:
        used = reading.vocabulary.has_pair(".".join(reading.word(node).split(".")[-2:]))
        if not (used or (reading.vocabulary.is_of_project(path) and reading.vocabulary.has_attribute(node.attr))):
            yield Finding("uses", path)


def _dunder(reading: Reading, node: ast.Attribute) -> Iterator[Finding]:
    """Methods with double underscores may be called where a method calls the one that it replaces."""
    name, function = node.attr, reading.scope.function
    if name in DUNDER_ATTRIBUTES or name == "__class__":
        return  # for `__class__` see `class_rules`
    own = function.name if function else ""
    match node.value:
        case ast.Call(func=ast.Name(id="super") as inherited) if reading.builtin(inherited):
            is_method = name in ("__init__", "__new__", own)
        case ast.Name(id="object") as owner if reading.builtin(owner) and name in ("__setattr__", "__delattr__"):
            is_method = _names_attribute_of_self(reading, node)
        case ast.Name(id=owner) if owner != "type" and reading.scope.may_be_free(owner):
            is_method = name in ("__init__", "__new__", own)
        case _:
            is_method = False
    if not (is_method and reading.is_called(node)):
        yield Finding("uses", f".{name}" if isinstance(node.value, ast.Constant) else reading.word(node))


def _names_attribute_of_self(reading: Reading, method: ast.Attribute) -> bool:
    """Whether a call such as `object.__setattr__(self, "size", 1)` sets or deletes an attribute by a literal name."""
    match reading.parent(method):
        case ast.Call(args=[owner, ast.Constant(value=str(name)), *_]):
            return reading.is_self(owner) and not is_dunder(name)
    return False


def _set_attribute(reading: Reading, node: ast.Attribute) -> Iterator[Finding]:
    """Attributes may be set on the object whose method the unit is, and others that the file or its project has."""
    found = list(changed(reading, node, node.value))
    yield from found
    value = node.value
    of_class = isinstance(value, ast.Attribute) and value.attr == "__class__"
    of_class = of_class or (isinstance(value, ast.Call) and reading.builtin(value.func) == "type")
    of_class = of_class or (isinstance(value, ast.Name) and value.id in ("cls", "klass"))
    if of_class and not found:
        yield Finding("changes a class by", reading.word(node))
    elif not found and not reading.is_self(value) and not reading.vocabulary.has_attribute(node.attr):
        yield Finding("sets the attribute", f".{node.attr}")


def _other_meaning(reading: Reading, node: ast.Attribute) -> Iterator[Finding]:
    """Methods that mean something else for paths of files: `replace` moves a file, `group` and `copy` reach one."""
    parent = reading.parent(node)
    call = parent if isinstance(parent, ast.Call) and parent.func is node else None
    if call and node.attr in MUTATING_METHODS:
        yield from _changed_by_method(reading, node)
    has_paths = reading.vocabulary.imports("pathlib")
    match node.attr:
        case "replace" if reading.scope.path(node) is None or has_paths:
            harmless = call is not None and _replaces_in_value(reading, call, node)
        case "group" if has_paths:
            harmless = call is not None and bool(call.args)
        case "copy" if has_paths:
            harmless = call is not None and not call.args and not call.keywords
        case _:
            harmless = True
    if not harmless:
        yield Finding("may reach a file by", reading.word(call or node))


def _replaces_in_value(reading: Reading, call: ast.Call, method: ast.Attribute) -> bool:
    """Whether a call of `replace` must be that of a text, which takes two arguments, or that of a date."""
    if any(isinstance(argument, ast.Starred) for argument in call.args):
        return False
    if call.args:
        return len(call.args) > 1 and not (reading.scope.path(method) or "").startswith("pathlib.")
    return bool(call.keywords) and all(keyword.arg not in ("target", None) for keyword in call.keywords)


def _changed_by_method(reading: Reading, node: ast.Attribute) -> Iterator[Finding]:
    """What is imported may be a module with a function of that name, unless its name is that of a constant."""
    if reading.scope.path(node) is None or _CONSTANT.match(reading.word(node).partition(".")[0]):
        yield from changed(reading, node, node.value)


def _is_of_file(reading: Reading, name: str) -> bool:
    """Whether a name may be a variable of the file."""
    file = reading.scope.file
    return file is not None and name in file.module_level_names and reading.scope.may_be_free(name)


def _path_accessed(reading: Reading, call: ast.Call, argument: ast.expr) -> Iterator[Finding]:
    if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
        yield Finding("computes a name of", reading.word(call))
        return
    for name in argument.value.split("."):
        synthetic = ast.Attribute(ast.Constant(None), name, ast.Load())
        yield from named_attribute(reading, synthetic)
        if name in (*_PLAIN_ONLY, "replace"):
            yield Finding("uses the attribute", f".{name}")


def _has_known_start(reading: Reading, name: ast.expr) -> bool:
    """Whether a computed name begins like an attribute of the file, as `f"visit_{kind}"` does."""
    while isinstance(name, ast.BinOp) and isinstance(name.op, ast.Add | ast.Mod):
        name = name.left
    start = name.values[0] if isinstance(name, ast.JoinedStr) and name.values else name
    if not (isinstance(start, ast.Constant) and isinstance(start.value, str)):
        return False
    return reading.vocabulary.has_attribute_like(start.value.partition("%")[0])
