"""Which functions belong to the tests, by pytest's rules of collection."""

from __future__ import annotations

import pytest

from reloc_lsp.evaluation.selection.test_code import test_code
from reloc_lsp.evaluation.selection.test_file_discovery import PytestLayout
from reloc_lsp.program.unit import Module

SOURCE = """\
import unittest
import pytest


def area(side):
    return side + side


def same(one, other):
    assert one == other


@pytest.fixture
def side():
    return 2


def test_area(side):
    def inner():
        return 4
    same(area(side), inner())


class TestArea:
    def made(self):
        return 2

    def test_again(self):
        assert area(self.made()) == 4


class Areas(unittest.TestCase):
    def setUp(self):
        self.side = 2

    def test_case(self):
        self.assertEqual(area(self.side), 4)


class Recorder:
    def write(self, text):
        self.text = text


def check_area():
    return area(3)
"""
MODULE = Module(SOURCE)


def kind(qualname, file="tests/test_area.py", layout=None, **more):
    unit = MODULE.find(qualname)
    assert unit is not None
    found = test_code(file, MODULE, unit, layout or PytestLayout(), **more)
    return found and (found.kind, found.node_id.partition("::")[2])


@pytest.mark.parametrize(
    ("qualname", "expected"),
    [
        ("test_area", ("a test", "test_area")),
        ("test_area.inner", ("a test", "test_area")),
        ("TestArea", ("a class of tests", "TestArea")),
        ("TestArea.test_again", ("a class of tests", "TestArea::test_again")),
        ("TestArea.made", ("a class of tests", "")),
        ("Areas.test_case", ("a class of tests", "Areas::test_case")),
        ("Areas.setUp", ("a class of tests", "")),
        ("side", ("a fixture", "")),
        ("same", ("a function that asserts something for tests", "")),
        ("area", None),
        ("Recorder.write", None),
        ("check_area", None),
    ],
)
def test_functions_of_a_test_file(qualname, expected):
    assert kind(qualname) == expected


@pytest.mark.parametrize(("file", "is_test"), [("area.py", False), ("conftest.py", True), ("area_test.py", True)])
def test_the_name_of_the_file_decides(file, is_test):
    assert bool(kind("test_area", file)) == is_test
    assert bool(kind("area", file)) == (file == "conftest.py")


def test_helpers_of_tests_assert_and_fixtures_are_fixtures_anywhere():
    assert kind("same", "tests/helpers.py") == ("a function that asserts something for tests", "")
    assert kind("same", "area.py") is None
    assert kind("side", "area.py") == ("a fixture", "")


def test_a_file_that_the_user_named_holds_tests():
    assert kind("test_area", "area.py", named=True) == ("a test", "test_area")
    assert kind("area", "area.py", named=True) is None


def test_the_options_of_pytest_decide():
    layout = PytestLayout(patterns=("spec_*.py",), functions=("check_*",), classes=("Rec",))
    assert kind("check_area", "spec_area.py", layout) == ("a test", "check_area")
    assert kind("Recorder.write", "spec_area.py", layout) == ("a class of tests", "")
    assert kind("test_area", "test_area.py", layout) is None
