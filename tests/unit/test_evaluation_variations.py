"""Inputs that no test tries: like those that tests give, all different, and the same each time."""

from __future__ import annotations

import random
from array import array
from collections import Counter
from datetime import date
from enum import IntEnum
from pathlib import Path

import pytest

from reloc_lsp.evaluation.harness.probe.input_mutation import near, varied
from reloc_lsp.evaluation.harness.probe.value_repr import portrait

CALLS = [{"text": "ab", "counts": [1, 2], "table": {"k": 3}}, {"text": "", "counts": [], "table": {}}]


def test_variations_are_equal_for_equal_calls_and_differ_from_each_other_and_from_the_calls():
    found = [portrait(given) for given in varied(CALLS, 25)]
    assert found == [portrait(given) for given in varied(CALLS, 25)]
    assert len(set(found)) == len(found) == 25
    assert not set(found) & set(map(portrait, CALLS))


def test_a_call_without_arguments_has_no_variations():
    assert varied([{}], 50) == []


def test_the_object_of_a_method_stays_as_it_is():
    assert {given["self"] for given in varied([{"self": 1, "a": 5}, {"self": 2, "a": 7}], 50)} == {1, 2}


@pytest.mark.parametrize("value", [True, 3, 2.5, "abc", b"abc", [1, "a"], (1, 2), {1, 2}, frozenset({1}), {"a": [1]}])
def test_what_is_near_a_plain_value_is_of_its_type(value):
    others = near(value, random.Random(0))
    assert others and {type(other) for other in others} == {type(value)}


def test_a_class_derived_from_a_plain_one_is_left_alone():
    assert near(type("Name", (str,), {})("a"), random.Random(0)) == []


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
def test_values_nobody_would_tell_apart_look_the_same(one, other):
    assert portrait(one) == portrait(other) and " at 0x" not in portrait(one)


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
def test_others_do_not(one, other):
    assert portrait(one) != portrait(other)


def test_an_object_that_holds_itself_can_be_shown():
    point = Point(None)
    point.x = point
    assert portrait(point).startswith("Point(x=Point(x=")
