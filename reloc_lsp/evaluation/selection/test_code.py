"""Which functions belong to the tests, by pytest's rules of collection: those are never revised.

In a `conftest.py` every function does. In a test file they are the tests, the classes of tests with all that is in
them, the fixtures, the set-up functions, and the functions that assert something. Another function of a test file may
be the one that the tests are about. Modules in a folder of tests hold helpers of the tests: the same holds for them.
"""

from __future__ import annotations

import ast
import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass

from reloc_lsp.evaluation.selection.test_file_discovery import PytestLayout, is_test_file
from reloc_lsp.program.unit import Definition, FunctionNode, Module, Unit

CONFTEST = "conftest.py"
SET_UP_NAMES = frozenset(
    f"{verb}{what}" for verb in ("setup", "teardown") for what in ("", "_module", "_function", "_class", "_method")
) | {"setUpModule", "tearDownModule"}
"""Functions that pytest and unittest call around tests."""
ASSERTING_NAMES = frozenset(("raises", "warns", "fail", "deprecated_call"))
"""Functions of pytest and unittest that assert something, besides those whose names begin with `assert`."""


FIXTURE_NAMES = frozenset(("fixture", "yield_fixture"))
"""Decorators of pytest and its plugins that make a fixture."""
TEST_FOLDERS = frozenset(("tests", "test"))
"""Usual names of folders that hold tests and their helpers."""


@dataclass(frozen=True)
class TestCode:
    """A function or class that belongs to the tests: `kind` says what it is, `node_id` are the tests it stands for.

    `node_id` is empty where it stands for no certain tests.
    """

    __test__ = False

    kind: str
    node_id: str = ""


def test_code(file: str, module: Module, unit: Unit, layout: PytestLayout, *, named: bool = False) -> TestCode | None:
    """What `unit` of `file` (relative to the workspace) is to the tests; `None` for code that may be revised.

    `named` says that the user named the file as one with tests.
    """
    if file.rpartition("/")[2] == CONFTEST:
        return TestCode("part of conftest.py")
    around = [module.node(one) for one in module.units if _encloses(one, unit)]
    if not (named or is_test_file(file, layout) or is_in_tests(file)):
        return TestCode("a fixture") if any(map(_is_fixture, around)) else None
    for depth, node in enumerate(around):
        found = _kind(node, layout, in_class=depth > 0)
        if found is not None:
            # The innermost definition that pytest gives a node id: the class, and in it a test.
            collected = [one for one in around if _is_test_class(one, layout) or _is_test(one, layout)][:2]
            tests = "::".join([file, *(one.name for one in collected)]) if _stands_for(around, layout) else ""
            return TestCode(found, tests)
    return None


def is_in_tests(file: str) -> bool:
    """Whether a file, relative to the workspace, is in a folder of tests."""
    return not TEST_FOLDERS.isdisjoint(file.split("/")[:-1])


test_code.__test__ = False  # type: ignore[attr-defined]


def _encloses(outer: Unit, unit: Unit) -> bool:
    return outer.first_line <= unit.first_line and unit.last_line <= outer.last_line


def _stands_for(around: Sequence[Definition], layout: PytestLayout) -> bool:
    """Whether a definition is a test or in one, or is itself a class of tests."""
    last = around[-1]
    return any(_is_test(node, layout) for node in around) or _is_test_class(last, layout)


def _kind(node: Definition, layout: PytestLayout, *, in_class: bool) -> str | None:
    """What a definition of a test file is; `None` if it may be code that the tests are about."""
    if _is_fixture(node):
        return "a fixture"
    if _is_test_class(node, layout):
        return "a class of tests"
    if _is_test(node, layout):
        return "a test"
    if node.name in SET_UP_NAMES:
        return "a set-up function of tests"
    if isinstance(node, FunctionNode) and any(map(_asserts, ast.walk(node))):
        return "a function that asserts something for tests"
    return None


def _is_fixture(node: Definition) -> bool:
    return any(_last_name(decorator) in FIXTURE_NAMES for decorator in node.decorator_list)


def _is_test(node: Definition, layout: PytestLayout) -> bool:
    return isinstance(node, FunctionNode) and _matches(node.name, (*layout.functions, "test"))


def _is_test_class(node: Definition, layout: PytestLayout) -> bool:
    if not isinstance(node, ast.ClassDef):
        return False
    return _matches(node.name, layout.classes) or any(_last_name(base).endswith("TestCase") for base in node.bases)


def _matches(name: str, patterns: Sequence[str]) -> bool:
    """Whether pytest's option matches: a pattern is a prefix or, with one of `*?[`, a glob."""
    return any(
        name.startswith(pattern) or (any(c in pattern for c in "*?[") and fnmatch.fnmatch(name, pattern))
        for pattern in patterns
    )


def _asserts(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert):
        return True
    name = _last_name(node.func) if isinstance(node, ast.Call) else ""
    return name.startswith("assert") or name in ASSERTING_NAMES


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Call(func=function):
            return _last_name(function)
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""
