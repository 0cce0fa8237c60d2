"""What candidates add to their file with which code reaches around its caller."""

from __future__ import annotations

import importlib
import textwrap
from pathlib import Path

import pytest
from hazard_cases import FILE, HOSTILE
from hazard_free_cases import HARMLESS, INNOCENT, KNOWN, POWERFUL, REAL

from reloc_lsp.program.safety_lint import SafetyLint
from reloc_lsp.program.unit import Module


def cases(text):
    found = []
    for case in text.split("\n## ")[1:]:
        heading, _, lines = case.partition("\n")
        name, _, sentence = heading.partition(" => ")
        found.append(pytest.param(lines, *filter(None, [sentence]), id=name))
    return found


def unit(lines):
    return "def f(x, y=2):\n" + textwrap.indent(lines, "    ")


@pytest.mark.parametrize("indent", ["", "    "], ids=["function", "method"])
@pytest.mark.parametrize(("lines", "sentence"), cases(HOSTILE))
def test_what_reaches_around_its_caller_is_named(lines, sentence, indent):
    assert sentence in SafetyLint(FILE).violations(textwrap.indent(unit(lines), indent))


@pytest.mark.parametrize("indent", ["", "    "], ids=["function", "method"])
@pytest.mark.parametrize("lines", cases(INNOCENT))
def test_ordinary_code_is_not(lines, indent):
    assert SafetyLint(FILE).violations(textwrap.indent(unit(lines), indent)) == ()


@pytest.mark.parametrize("lines", cases(KNOWN))
def test_what_the_file_has_already_is_allowed(lines):
    file, _, candidate = lines.partition("--\n")
    assert SafetyLint(FILE).violations(unit(candidate))
    assert SafetyLint(FILE + file).violations(unit(candidate)) == ()


@pytest.mark.parametrize("path", POWERFUL)
def test_powerful_parts_of_harmless_modules(path):
    module, _, part = path.partition(".")
    for lines in (f"from {module} import {part}\n", f"return {path}\n"):
        assert SafetyLint(f"import {module}\n").violations(unit(lines)) == (f"uses {path}",)


@pytest.mark.parametrize("path", HARMLESS)
def test_harmless_parts_of_powerful_modules(path):
    module, _, part = path.partition(".")
    for lines in (f"from {module} import {part}\n", f"return {path}\n"):
        assert SafetyLint(f"import {module}\n").violations(unit(lines)) == ()


@pytest.mark.parametrize("name", REAL)
def test_what_was_not_changed_has_no_hazard(name):
    text = Path(importlib.import_module(name).__file__).read_text("utf-8")
    module, lint = Module(text), SafetyLint(text)
    assert [hazard for function in module.functions for hazard in lint.violations(module.source(function))] == []


@pytest.mark.parametrize("indent", ["", "    "], ids=["function", "method"])
@pytest.mark.parametrize(
    ("beside", "name"),
    [("helper = f", "helper"), ("CONSTANTS = {}", "CONSTANTS"), ("def helper(value): pass", "helper")],
)
def test_a_unit_binds_no_other_name_of_its_file(beside, name, indent):
    lines = unit("return new()\n") + f"LIMIT = 3\ndef new(): pass\n{beside}\n"
    assert SafetyLint(FILE).violations(textwrap.indent(lines, indent)) == (f"binds {name} anew",)


def test_beside_a_function_that_does_not_come_first_too():
    assert SafetyLint(FILE).violations(f"if 1: pass\n{unit('return x')}\nhelper = f\n") == ("binds helper anew",)
    assert SafetyLint(FILE).violations("f = 1\nCONSTANTS = 2\n") == ("binds CONSTANTS anew", "binds f anew")


def test_a_method_that_compares_may_be_revised_but_not_made_in_a_function():
    method = "    def __eq__(self, other):\n        return vars is other\n"
    assert SafetyLint(FILE).violations(method) == ("uses vars",)
    assert SafetyLint(FILE).violations("def f():\n  class A:\n" + method) == ("defines __eq__", "uses vars")


@pytest.mark.parametrize("comment", ["# -*- coding: utf-7 -*-", "\n\t# fileencoding=utf-7", "# A\r\n#coding=utf-7"])
def test_a_comment_that_changes_how_the_file_is_read(comment):
    lines = unit("return x\n")
    assert SafetyLint(FILE).violations(f"{comment}\n{lines}") == ("declares an encoding",)
    assert SafetyLint(FILE).violations(f"# Nothing.\n\n{comment}\n{lines}") == ()


@pytest.mark.parametrize(
    "source", ["def f(:\n    eval(1)\n", "def f():\n    eval('''\n", "", "def f(): '\0'; eval(1)\n"]
)
def test_what_does_not_parse_has_none(source):
    assert SafetyLint(FILE).violations(source) == ()


def test_what_is_too_deep_to_be_read_is_not_taken_for_harmless():
    deep, deeper = ".a" * 1000, ".a" * 20_000
    assert SafetyLint(FILE).violations(unit(f"eval(x{deeper})\n")) == ("is nested too deeply to be read",)
    assert "uses eval" in SafetyLint(FILE).violations(unit(f"eval(math{deep})\nhelper{deep} = 1\n"))


def test_a_file_that_does_not_parse_has_nothing():
    assert "imports ctypes, which the file did not" in SafetyLint("import ctypes(\n").violations(
        unit("import ctypes\n")
    )
