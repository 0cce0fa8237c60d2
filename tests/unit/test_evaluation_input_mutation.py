"""Mutated inputs resemble those of the tests, are all different, and are the same each time."""

from __future__ import annotations

import random
from array import array
from collections import Counter
from datetime import date
from enum import IntEnum
from pathlib import Path

import pytest

from reloc_lsp.evaluation.harness.probe.differential.input_mutation import mutated_inputs, mutations
from reloc_lsp.evaluation.harness.probe.values.value_repr import value_repr

CALLS = [{"text": "ab", "counts": [1, 2], "table": {"k": 3}}, {"text": "", "counts": [], "table": {}}]


def test_inputs_are_equal_for_equal_calls_and_differ_from_each_other_and_from_the_calls():
    found = [value_repr(arguments) for arguments in mutated_inputs(CALLS, 25)]
    assert found == [value_repr(arguments) for arguments in mutated_inputs(CALLS, 25)]
    assert len(set(found)) == len(found) == 25
    assert not set(found) & set(map(value_repr, CALLS))


def test_a_call_without_arguments_has_no_mutations():
    assert mutated_inputs([{}], 50) == []


def test_the_constants_of_the_unit_are_inputs_of_their_type():
    found = mutated_inputs([{"a": 5, "text": "ab", "items": [2]}], 240, [100, "x"])
    assert {100} <= {arguments["a"] for arguments in found} and "x" in {arguments["text"] for arguments in found}
    assert [100] in [arguments["items"] for arguments in found]
    assert 100 not in {arguments["text"] for arguments in found}


def test_few_mutations_are_mutated_again():
    found = {arguments["a"] for arguments in mutated_inputs([{"a": 7}], 240)}
    assert {8, 9, 16} <= found and len(found) > 25


def test_the_object_of_a_method_is_not_changed():
    calls = [{"self": 1, "a": 5}, {"self": 2, "a": 7}]
    assert {arguments["self"] for arguments in mutated_inputs(calls, 50)} == {1, 2}


@pytest.mark.parametrize("value", [True, 3, 2.5, "abc", b"abc", [1, "a"], (1, 2), {1, 2}, frozenset({1}), {"a": [1]}])
def test_mutations_of_a_builtin_value_have_its_type(value):
    others = mutations(value, random.Random(0))
    assert others and {type(other) for other in others} == {type(value)}


def test_an_object_of_a_derived_class_has_no_mutations():
    assert mutations(type("Name", (str,), {})("a"), random.Random(0)) == []


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Point:
    def __init__(self, x):
        self.x = x


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({1, 2, 30}, {30, 2, 1}),
        (0.1 + 0.2, 0.3),
        (Point([1]), Point([1])),
        (Point, Point),
        (object(), object()),
        (Path("a"), Path("a")),
        (Level.LOW, Level.LOW),
    ],
)
def test_equivalent_values_have_the_same_representation(one, other):
    assert value_repr(one) == value_repr(other) and " at 0x" not in value_repr(one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (1, True),
        ([1], (1,)),
        ("1", 1),
        (Point(1), Point(2)),
        ("a" * 9000, "a" * 8999 + "b"),
        (date(2020, 1, 1), date(2020, 1, 2)),
        (array("i", [1]), array("i", [2])),
        (Path("a"), Path("b")),
        (Level.LOW, Level.HIGH),
        (Counter("ab"), Counter("abb")),
    ],
)
def test_different_values_have_different_representations(one, other):
    assert value_repr(one) != value_repr(other)


def test_an_object_that_holds_itself_has_a_representation():
    point = Point(None)
    point.x = point
    assert value_repr(point).startswith("Point(x=Point(x=")
