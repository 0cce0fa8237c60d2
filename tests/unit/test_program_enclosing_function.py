from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from reloc_lsp.program.enclosing_function import enclosing_function
from reloc_lsp.program.source_text import LineIndex
from reloc_lsp.program.unit import Module


@pytest.mark.parametrize("name", ["heapq", "inspect", "textwrap", "asyncio.events", "collections", "zipfile"])
def test_on_every_line_of_real_code_it_agrees_with_a_parse_of_the_whole_file(name):
    text = Path(importlib.import_module(name).__file__).read_text("utf-8")
    index, module = LineIndex(text), Module(text)
    for line in range(1, len(index.lines) + 1, 3):
        unit = module.at_line(line)
        if unit is None or '"""' not in module.source(unit):
            expected = None if unit is None or unit.is_class else unit.line
            assert enclosing_function(index, line) == expected, (line, index.lines[line - 1])


def test_decorators_signatures_and_inner_functions():
    text = """\
class A:
    x = 1

    @wraps(
        x,
    )
    @cache
    async def f(
        self,
    ):
        def inner(): return 1

        # below the inner one
        return inner

if A:
\tdef g():
\t\treturn 3
\f
def h(): pass
"""
    expected = [0, 0, 0, 8, 8, 8, 8, 8, 8, 8, 11, 8, 8, 8, 0, 0, 17, 17, 0, 20, 0]
    assert [enclosing_function(LineIndex(text), line) or 0 for line in range(1, 22)] == expected


def test_code_elsewhere_may_have_syntax_errors():
    index = LineIndex("def broken(:\n    pass\n\n\ndef f():\n    return 1\n\n\nclass Half(\n")
    assert enclosing_function(index, 6) == 5
    with pytest.raises(SyntaxError):
        enclosing_function(index, 2)


def test_a_string_that_begins_left_of_its_code_needs_a_parse_of_the_whole_file():
    index = LineIndex('def f():\n    x = """\ndef g():\n    pass\n"""\n    return x\n')
    with pytest.raises(SyntaxError):
        enclosing_function(index, 6)
