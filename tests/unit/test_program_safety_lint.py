"""The safety lint: what a model's code may do is listed, or done by its file already."""

from __future__ import annotations

import importlib
import textwrap
from pathlib import Path

import pytest
from safety_lint_effect_cases import EFFECTS
from safety_lint_file import FILE
from safety_lint_name_cases import NAMES
from safety_lint_safe_cases import ALLOWED_PARTS, FILE_HAS_IT, REAL_MODULES, REFUSED_PARTS, SAFE

from reloc_lsp.program.safety import NoLint, ProjectWords, SafetyLint
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


def findings(lint, source):
    return [str(refusal.finding) for refusal in lint.refusals(source)]


@pytest.mark.parametrize("indent", ["", "    "], ids=["function", "method"])
@pytest.mark.parametrize(("lines", "sentence"), [*cases(NAMES), *cases(EFFECTS)])
def test_what_is_on_no_list_is_refused(lines, sentence, indent):
    assert sentence in findings(SafetyLint(FILE), textwrap.indent(unit(lines), indent))


@pytest.mark.parametrize("indent", ["", "    "], ids=["function", "method"])
@pytest.mark.parametrize("lines", cases(SAFE))
def test_ordinary_code_is_allowed(lines, indent):
    assert findings(SafetyLint(FILE), textwrap.indent(unit(lines), indent)) == []


@pytest.mark.parametrize("lines", cases(FILE_HAS_IT))
def test_what_the_file_does_is_allowed(lines):
    file, _, candidate = lines.partition("--\n")
    assert findings(SafetyLint(FILE), unit(candidate))
    assert findings(SafetyLint(FILE + file), unit(candidate)) == []


@pytest.mark.parametrize("path", REFUSED_PARTS)
def test_parts_of_modules_that_are_not_listed(path):
    module, _, part = path.rpartition(".")
    assert f"imports {path}" in findings(SafetyLint(""), unit(f"from {module} import {part}\n"))
    assert f"uses {path}" in findings(SafetyLint(""), unit(f"import {module}\nreturn {path}\n"))


@pytest.mark.parametrize("path", ALLOWED_PARTS)
def test_parts_of_modules_that_are_listed(path):
    module, _, part = path.rpartition(".")
    for lines in (f"from {module} import {part}\nreturn {part}\n", f"import {module}\nreturn {path}\n"):
        assert findings(SafetyLint(""), unit(lines)) == []


@pytest.mark.parametrize("name", REAL_MODULES)
def test_unchanged_code_is_allowed(name):
    text = Path(importlib.import_module(name).__file__).read_text("utf-8")
    module, lint = Module(text), SafetyLint(text)
    assert [found for function in module.functions for found in findings(lint, module.source(function))] == []


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("def f(x, calls=[]):", "has the default []"),
        ("def f(x, *, y=dict()):", "has the default dict()"),
        ("def f(x, y=lambda: 1):", "has the default lambda: 1"),
        ("def f(x, y=(helper := 1)):", "has the default (helper := 1)"),
        ("def f(x: print(1)):", "has the annotation print(1)"),
        ("def f(x) -> (helper := int):", "has the annotation (helper := int)"),
        ("@helper\ndef f(x):", "decorates with helper"),
    ],
)
def test_what_runs_when_the_function_is_defined(header, sentence):
    assert sentence in findings(SafetyLint(FILE), f"{header}\n    return x\n")


def test_a_header_of_the_file_is_allowed_and_so_are_constants():
    header = "@helper\ndef f(x, calls=[], *, y: list[int] = (-1, Box.size)):\n    "
    assert findings(SafetyLint(FILE + header + "pass\n"), header + "return y\n") == []
    assert findings(SafetyLint(FILE), "def f(x, *, y: list[int] = (-1, Box.size)):\n    return y\n") == []


def test_a_method_sets_what_it_likes_on_its_object_only():
    method = "    def grow(self, x):\n        self.new = self._own = x\n        return self.new\n"
    assert findings(SafetyLint(FILE), method) == []
    assert sorted(findings(SafetyLint(FILE), textwrap.dedent(method))) == [
        "sets the attribute ._own", "sets the attribute .new", "uses the attribute .new",
    ]  # fmt: skip
    rebound = method.replace("self.new =", "self = x\n        self.new =")
    assert "sets the attribute .new" in findings(SafetyLint(FILE), rebound)


def test_a_method_makes_another_object_of_its_class_but_no_class():
    method = "    def twin(self, x):\n        return {}\n"
    assert findings(SafetyLint(FILE), method.format("type(self)(x) or self.__class__(x, 1)")) == []
    for call, made in (
        ("type(self)(x, x, x)", "type(self)"),
        ("type(self)(*x)", "type(self)"),
        ("self.__class__(x, x, x)", "self.__class__"),
        ("type(x)(1)", "type(x)"),
    ):
        assert findings(SafetyLint(FILE), method.format(call)) == [f"uses {made} as a value"]


@pytest.mark.parametrize(
    "unbound",
    ["Box.grow(int, int)", "type(self).grow(int, int)", "getattr(Box, 'grow')(int, int)", "attrgetter('grow')(Box)"],
)
def test_a_method_that_is_called_for_a_class_does_not_give_the_class_of_classes(unbound):
    lint = SafetyLint(f"from operator import attrgetter\n{FILE}", project=lambda: ProjectWords(frozenset({"grow"})))
    method = "    def grow(self, x):\n        return self.__class__({}), {}\n"
    assert findings(lint, method.format("x", unbound)) == ["uses self.__class__ as a value"]
    assert findings(lint, method.format("[x]", unbound)) == []
    assert findings(lint, method.format("x", "self.grow(x)")) == []
    assert "uses type(self) as a value" in findings(
        lint, "    @classmethod\n    def grow(self, x):\n        return type(self)(x)\n"
    )


def test_a_method_may_call_the_method_that_it_replaces():
    inherited = "    def __setitem__(self, key, value):\n        super().__setitem__(key, value)\n        {}\n"
    assert findings(SafetyLint(FILE), inherited.format("dict.__setitem__(self, key, value)")) == []
    assert findings(SafetyLint(FILE), inherited.format("dict.__setattr__(self, key, value)")) == [
        "uses dict.__setattr__"
    ]


def test_a_frozen_object_may_set_its_own_attributes_by_literal_names():
    method = "    def grow(self, x):\n        object.__setattr__({}, 1)\n"
    assert findings(SafetyLint(FILE), method.format("self, 'size'")) == []
    for arguments in ("self, x", "x, 'size'", "self, '__dict__'", "*x"):
        assert "uses object.__setattr__" in findings(SafetyLint(FILE), method.format(arguments))


def test_the_hash_of_a_value_is_for_methods_that_hash():
    assert findings(SafetyLint(FILE), "    def __hash__(self):\n        return hash(self.size)\n") == []


def test_paths_of_files_give_methods_another_meaning():
    lint = SafetyLint("from pathlib import Path\n" + FILE)
    found = findings(lint, unit("return x.group(), x.copy(y), Path.replace(x, y), re.match(x, y).group(1), x.copy()\n"))
    assert sorted(found) == [
        "may reach a file by Path.replace(x, y)", "may reach a file by x.copy(y)", "may reach a file by x.group()",
        "uses pathlib.Path.replace",
    ]  # fmt: skip


def test_a_refusal_names_the_line_and_comes_once():
    (refusal,) = SafetyLint(FILE).refusals("    def f(self):\n        x = 1\n        return open(x), open(x)\n")
    assert str(refusal) == "line 3 uses open"


def test_the_user_allows_words():
    source = unit("import os\nos.mkdir(x)\nx.unlink()\n")
    assert findings(SafetyLint("", ["os.mkdir"]), source) == ["uses the attribute .unlink"]
    assert findings(SafetyLint("", ["os.mkdir", ".unlink"]), source) == []


def test_the_project_allows_attributes_that_lead_nowhere_else():
    project = ProjectWords.of(
        "class A:\n    shade: int\n    def tint(self): return self.hue, frame.f_back, toolz.curry\n"
    )
    lint = SafetyLint(FILE, project=lambda: project)
    assert findings(lint, unit("return x.shade, x.tint, x.hue, toolz.curry\n")) == []
    assert findings(lint, unit("return x.f_back, x.curry_all, toolz.hue\n")) == [
        "uses the attribute .f_back", "uses the attribute .curry_all", "uses toolz.hue",
    ]  # fmt: skip


def test_the_project_is_read_only_if_it_must_be():
    def project():
        raise AssertionError

    assert findings(SafetyLint(FILE, project=project), unit("return x.size, x.split()\n")) == []


def test_without_a_lint_nothing_is_refused():
    assert list(NoLint().refusals(unit("eval(x)\n"))) == []


@pytest.mark.parametrize("comment", ["# -*- coding: utf-7 -*-", "\n\t# fileencoding=utf-7", "# A\r\n#coding=utf-7"])
def test_a_comment_that_declares_an_encoding(comment):
    lines = unit("return x\n")
    assert findings(SafetyLint(FILE), f"{comment}\n{lines}") == ["declares an encoding"]
    assert findings(SafetyLint(FILE), f"# Nothing.\n\n{comment}\n{lines}") == []


@pytest.mark.parametrize(
    "source", ["def f(:\n    eval(1)\n", "def f():\n    eval('''\n", "", "def f(): '\0'; eval(1)\n"]
)
def test_lines_that_do_not_parse_are_left_to_the_tests(source):
    assert [found for found in findings(SafetyLint(FILE), source) if "character" not in found] == []


def test_code_nested_too_deeply_is_one_refusal():
    (refusal,) = SafetyLint(FILE).refusals(unit(f"eval(x{'.a' * 20_000})\n"))
    assert str(refusal) == "line 1 is too long or nested too deeply to be read"
    assert "uses eval" in findings(SafetyLint(FILE), unit(f"eval(math{'.a' * 1000})\n"))
    assert findings(SafetyLint(FILE), unit("if x: pass\n" + "elif x: pass\n" * 2_000)) != ["uses eval"]


def test_a_file_that_does_not_parse_allows_nothing():
    assert findings(SafetyLint("import ctypes(\n"), unit("import ctypes\n")) == ["imports ctypes"]
