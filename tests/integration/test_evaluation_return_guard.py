"""Where tests judge only from inside, what a unit returns is inspected: objects that equal everything prove nothing."""

from __future__ import annotations

import asyncio
from textwrap import indent

import pytest

MODULE = """\
import dataclasses
import sys
from collections import namedtuple


class Box:
    def __init__(self):
        self.kept = None
        self.module = sys  # a module does not go over to another process


def f(box):
    box.kept = 4
    return [4]
"""
TESTS = """\
from m import Box, f


class Near:
    def __init__(self, value): self.value = value
    def __eq__(self, other): return abs(self.value - other) < 0.5


def test_f():
    box = Box()
    answer = f(box)
    assert list(answer) == [3] and box.kept == 3


def test_in_a_box():
    box = Box()
    box.near = Near(3)
    list(f(box))
    assert box.kept == box.near
"""
EQUAL_TO_ALL = 'made = type(int)("Made", (), {"__e" + "q__": lambda *_: True})()\n'
DECEPTIVE = {
    "in a list": EQUAL_TO_ALL + "box.kept = 3\nreturn [made]",
    "in an attribute": EQUAL_TO_ALL + "box.kept = made\nreturn [3]",
    "yielded": "box.kept = 3\ndef numbers():\n" + indent(EQUAL_TO_ALL + "yield made", "    ") + "\nreturn numbers()",
    "with a method that is for something else":
        'box.kept = 3\nreturn [type(int)("Made", (int,), {"__e" + "q__": int.__ne__})(1000)]',
}  # fmt: skip
HONEST = {
    "named tuple": 'kind = namedtuple("Pair", "first")\nbox.kept = 3\nreturn kind(3)',
    "data class": (
        '@dataclasses.dataclass\nclass Kept:\n    value: int\nbox.kept = Kept(3).value\nbox.other = Kept(4)\nreturn [3]'
    ),
    "object of a class that is imported late": (
        "from fractions import Fraction\nfrom decimal import Decimal\nbox.kept = Fraction(3)\nreturn [Decimal(3)]"
    ),
    "generator": "box.kept = 3\nyield 3",
}  # fmt: skip


def unit(body: str) -> str:
    return "def f(box):\n" + indent(body, "    ") + "\n"


@pytest.fixture
async def evaluator(write, start_evaluator):
    return await start_evaluator(write({"m.py": MODULE, "test_m.py": TESTS}), "m.py::f")


async def test_an_object_that_equals_everything_fails_the_tests_and_honest_objects_pass(evaluator):
    verdicts = await asyncio.gather(*(evaluator.confirm(unit(body)) for body in DECEPTIVE.values()))
    for name, verdict in zip(DECEPTIVE, verdicts, strict=True):
        assert {r.failure.kind for r in verdict.results.values() if r.failure} == {"Untrue"}, name
    honest = await asyncio.gather(*(evaluator.confirm(unit(body)) for body in HONEST.values()))
    assert [name for name, verdict in zip(HONEST, honest, strict=True) if not verdict.all_passed] == []


async def test_a_unit_that_returned_such_objects_before_may_still_do_so(write, start_evaluator):
    made = "class Made:\n    def __eq__(self, other): return other == {}\n    __hash__ = None\nreturn Made()"
    was = f"def f():\n{indent(made.format(4), '    ')}\n"
    evaluator = await start_evaluator(
        write({"m.py": was, "test_m.py": "from m import f\ndef test_f(): assert f() == 3\n"}), "m.py::f"
    )
    assert (await evaluator.confirm(was.replace("4", "3"))).all_passed


async def test_a_comparison_method_is_evaluated_warm_like_any_other_unit(write, start_evaluator):
    body = "class Box:\n    def __eq__(self, other):\n        return {}\n"
    tests = "from m import Box\ndef test_equal(): assert Box() == 3\ndef test_unequal(): assert Box() != 5\n"
    evaluator = await start_evaluator(
        write({"m.py": body.format("other == 4"), "test_m.py": tests}), "m.py::Box.__eq__"
    )
    assert evaluator.baseline.tier.name == "warm"
    right = "    def __eq__(self, other):\n        return other == 3\n"
    assert (await evaluator.confirm(right)).all_passed
