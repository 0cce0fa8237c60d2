"""A unit's source is replaced in its file or in the running code, or made to fail; the rest stays as it is."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from reloc_lsp.evaluation.workspace.unit_location import UnitLocation
from reloc_lsp.program.unit import Module


def location_of(text: str, qualname: str) -> UnitLocation:
    module = Module(text)
    unit = module.find(qualname)
    assert unit is not None
    return UnitLocation(Path("/w/m.py"), Path("/c/m.py"), "m.py", module, unit)


METHOD = '''\
x = 1
class A:
    """Text."""
    @property
    def f(self):
        """Doc."""

        return 1  # é
y = 2
'''


def test_only_the_units_lines_are_replaced():
    location = location_of(METHOD, "A.f")
    revised = location.source.replace("return 1", "return 2")
    assert location.file_text(revised) == METHOD.replace("return 1", "return 2")
    assert location.file_text(location.source) == METHOD
    assert location.line_range() == (4, 8) and location.first_statement_line == 8


def test_a_nested_function_is_swapped_with_the_function_around_it():
    text = "def outer():\n    a = 1\n    def inner():\n        return a\n    return inner\n"
    location = location_of(text, "outer.inner")
    assert location.swap_text(location.source.replace("return a", "return -a")) == text.replace("return a", "return -a")


@pytest.mark.parametrize(
    ("text", "qualname"),
    [
        (METHOD, "A.f"),
        ("def f(): return 1\n", "f"),
        ("def f():\n    'Only text.'\n", "f"),
        ("def f():\r\n\treturn 1\r\n", "f"),
        ("def f(\n    a,\n): return (\n    a\n)\n", "f"),
        ("class A:\n    def f(self): 'Doc.'; return 1\n", "A.f"),
        ("def f():\n    @print\n    def g(): pass\n    return g\n", "f"),
        ("def f():\n    'é'; return 1\n", "f"),
        ("async def f():\n    async with a as b: yield b\n", "f"),
        ("def f():\n    return 1", "f"),
        ("if 1:\n    def f():\n        # first\n        x = [\n1]\n        return x\n", "f"),
    ],
)
def test_the_canary_raises_first_and_keeps_the_rest_of_the_unit(text, qualname):
    location = location_of(text, qualname)
    failing = Module(location.file_text(location.canary()))
    node, original = failing.node(failing.find(qualname)), location.module.node(location.unit)
    raised = next(position for position, statement in enumerate(node.body) if isinstance(statement, ast.Raise))
    assert raised == (1 if len(original.body) > 1 and ast.get_docstring(original) else 0)
    del node.body[raised]
    assert ast.dump(node) == ast.dump(original)


@pytest.mark.parametrize(
    ("revised", "swappable"),
    [
        ("def f(a, b=1):\n    return b\n", True),
        ("def f(a,  b = 1):  # same\n    x = a\n    return x\n", True),
        ("def f(a, b=2):\n    return a\n", False),
        ("def f(a):\n    return a\n", False),
        ("@cache\ndef f(a, b=1):\n    return a\n", False),
        ("async def f(a, b=1):\n    return a\n", False),
        ("def f(a, b: int=1):\n    return a\n", False),
        ("def g(a, b=1):\n    return a\n", False),
        ("x = 1\n", False),
        ("", False),
        ("def f(:\n", False),
    ],
)
def test_a_revision_of_the_body_alone_can_be_swapped_in(revised, swappable):
    assert location_of("def f(a, b=1):\n    return a\n", "f").is_swappable(revised) is swappable


@pytest.mark.parametrize(
    ("body", "compiles"),
    [("return x", True), ("break", False), ("nonlocal missing", False), ("super().f()", True), ("return `x`", False)],
)
def test_source_that_does_not_compile_is_recognized(body, compiles):
    location = location_of("class A:\n    def f(self):\n        return 1\n", "A.f")
    assert location.compiles(f"    def f(self):\n        {body}\n") is compiles


def test_a_function_in_a_function_sees_its_names():
    location = location_of("def f():\n    n = 0\n    def g():\n        return n\n    return g\n", "f.g")
    assert location.compiles("    def g():\n        nonlocal n\n        n += 1\n        return n\n")
