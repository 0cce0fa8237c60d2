"""The safety lint: what candidates must not add to their file."""

from __future__ import annotations

import importlib
import textwrap
from pathlib import Path

import pytest
from safety_lint_cases import FILE, HOSTILE
from safety_lint_safe_cases import ALLOWED_PARTS, DENIED_PARTS, FILE_HAS_IT, REAL_MODULES, SAFE

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
def test_violations_are_described(lines, sentence, indent):
    assert sentence in SafetyLint(FILE).violations(textwrap.indent(unit(lines), indent))


@pytest.mark.parametrize("indent", ["", "    "], ids=["function", "method"])
@pytest.mark.parametrize("lines", cases(SAFE))
def test_ordinary_code_has_no_violations(lines, indent):
    assert SafetyLint(FILE).violations(textwrap.indent(unit(lines), indent)) == ()


@pytest.mark.parametrize("lines", cases(FILE_HAS_IT))
def test_violations_of_the_file_itself_are_allowed(lines):
    file, _, candidate = lines.partition("--\n")
    assert SafetyLint(FILE).violations(unit(candidate))
    assert SafetyLint(FILE + file).violations(unit(candidate)) == ()


@pytest.mark.parametrize("path", DENIED_PARTS)
def test_denied_parts_of_safe_modules(path):
    module, _, part = path.partition(".")
    for lines in (f"from {module} import {part}\n", f"return {path}\n"):
        assert SafetyLint(f"import {module}\n").violations(unit(lines)) == (f"uses {path}",)


@pytest.mark.parametrize("path", ALLOWED_PARTS)
def test_allowed_parts_of_other_modules(path):
    module, _, part = path.partition(".")
    for lines in (f"from {module} import {part}\n", f"return {path}\n"):
        assert SafetyLint(f"import {module}\n").violations(unit(lines)) == ()


@pytest.mark.parametrize("name", REAL_MODULES)
def test_unchanged_code_has_no_violations(name):
    text = Path(importlib.import_module(name).__file__).read_text("utf-8")
    module, lint = Module(text), SafetyLint(text)
    assert [violation for function in module.functions for violation in lint.violations(module.source(function))] == []


@pytest.mark.parametrize("indent", ["", "    "], ids=["function", "method"])
@pytest.mark.parametrize(
    ("extra", "name"),
    [("helper = f", "helper"), ("CONSTANTS = {}", "CONSTANTS"), ("def helper(value): pass", "helper")],
)
def test_a_unit_may_not_rebind_other_names_of_its_file(extra, name, indent):
    lines = unit("return new()\n") + f"LIMIT = 3\ndef new(): pass\n{extra}\n"
    assert SafetyLint(FILE).violations(textwrap.indent(lines, indent)) == (f"rebinds {name}",)


def test_nor_may_it_if_its_function_does_not_come_first():
    assert SafetyLint(FILE).violations(f"if 1: pass\n{unit('return x')}\nhelper = f\n") == ("rebinds helper",)
    assert SafetyLint(FILE).violations("f = 1\nCONSTANTS = 2\n") == ("rebinds CONSTANTS", "rebinds f")


def test_a_comparison_method_may_be_revised_but_not_created_in_a_function():
    method = "    def __eq__(self, other):\n        return vars is other\n"
    assert SafetyLint(FILE).violations(method) == ("uses vars",)
    assert SafetyLint(FILE).violations("def f():\n  class A:\n" + method) == ("defines __eq__", "uses vars")


@pytest.mark.parametrize("comment", ["# -*- coding: utf-7 -*-", "\n\t# fileencoding=utf-7", "# A\r\n#coding=utf-7"])
def test_a_comment_that_declares_an_encoding(comment):
    lines = unit("return x\n")
    assert SafetyLint(FILE).violations(f"{comment}\n{lines}") == ("declares an encoding",)
    assert SafetyLint(FILE).violations(f"# Nothing.\n\n{comment}\n{lines}") == ()


@pytest.mark.parametrize(
    "source", ["def f(:\n    eval(1)\n", "def f():\n    eval('''\n", "", "def f(): '\0'; eval(1)\n"]
)
def test_lines_that_do_not_parse_have_no_violations(source):
    assert SafetyLint(FILE).violations(source) == ()


def test_code_nested_too_deeply_to_be_parsed_is_a_violation():
    deep, deeper = ".a" * 1000, ".a" * 20_000
    assert SafetyLint(FILE).violations(unit(f"eval(x{deeper})\n")) == ("is nested too deeply to be read",)
    assert "uses eval" in SafetyLint(FILE).violations(unit(f"eval(math{deep})\nhelper{deep} = 1\n"))


def test_a_file_that_does_not_parse_has_no_violations_of_its_own():
    assert "imports ctypes, which the file did not" in SafetyLint("import ctypes(\n").violations(
        unit("import ctypes\n")
    )
