"""A test whose assertion fails and never arrives has not passed, whoever swallows it on the way."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from reloc_lsp.search.candidate import Candidate

GENERATOR = """\
from contextlib import contextmanager


@contextmanager
def unit(log):
    try:
        yield log
    finally:
        log.pop()
"""
CLASS = """\
class Room:
    def __init__(self, log): self.log = log
    def __enter__(self): return self.log
    def __exit__(self, kind, error, trace):
        self.log.pop()
        return False


unit = Room
"""
CALLBACK = """\
def unit(visit, log):
    for one in log:
        visit(one + 1)
    return len(log)
"""
DECORATOR = """\
import functools


def unit(function):
    @functools.wraps(function)
    def inner(log):
        return function(log[1:])
    return inner
"""
TASKS = """\
import asyncio


async def unit(visit, log):
    await asyncio.gather(*map(visit, log))
    return len(log)
"""
THREADS = """\
from concurrent.futures import ThreadPoolExecutor


def unit(visit, log):
    with ThreadPoolExecutor() as pool:
        list(pool.map(visit, (one + 1 for one in log)))
    return len(log)
"""
IN_BLOCK = """\
from m import unit


def test_unit():
    log = [1]
    with unit(log) as given:
        given.append(2)
        assert sum(given) == 2
    assert log == [1]
"""
BY_HELPERS = """\
import unittest

import pytest
from helpers import equal
from m import unit


class TestUnit(unittest.TestCase):
    def test_method(self):
        with unit([1]) as given:
            self.assertEqual(given, [])


def test_fail():
    with unit([1]):
        pytest.fail("not reached")


def test_helper():
    with unit([1]) as given:
        equal(given, [])


def test_not_raised():
    with unit([1]):
        with pytest.raises(KeyError):
            pass
"""
HELPERS = "def equal(one, other):\n    if one != other:\n        raise AssertionError(one)\n"
IN_CALLBACK = """\
from m import unit


def test_unit():
    def visit(one):
        assert one == 3
    assert unit(visit, [3]) == 1
"""
IN_TASK = """\
import asyncio

from m import unit


def test_unit():
    async def visit(one):
        await asyncio.sleep(0)
        assert one == 3
    assert asyncio.run(unit(visit, [4])) == 1
"""
DECORATED = """\
from m import unit


@unit
def last(log):
    assert log
    return log[-1]


def test_unit():
    assert last([4]) in (4, None)
"""


AS_DECORATOR = """\
from m import unit


def test_unit():
    log = [1, 2]

    @unit(log)
    def check():
        assert log == [2]

    check()
"""


@dataclass(frozen=True)
class Case:
    """A module with `unit`, the tests, the function to revise, and an edit that swallows their failed assertions."""

    module: str
    tests: str
    function: str
    edit: tuple[str, str]


CASES = {
    "finally": Case(GENERATOR, IN_BLOCK, "unit", ("log.pop()", "return log.pop()")),
    "bare except": Case(GENERATOR, IN_BLOCK, "unit", ("finally:", "except:")),
    "helpers": Case(GENERATOR, BY_HELPERS, "unit", ("finally:", "except:")),
    "__exit__": Case(CLASS, IN_BLOCK, "Room.__exit__", ("return False", "return True")),
    "context decorator": Case(
        CLASS.replace("class Room:", "from contextlib import ContextDecorator\n\n\nclass Room(ContextDecorator):"),
        AS_DECORATOR,
        "Room.__exit__",
        ("return False", "return True"),
    ),
    "callback": Case(
        CALLBACK, IN_CALLBACK, "unit", ("visit(one + 1)", "try: visit(one + 1)\n        except Exception: pass")
    ),
    "task of gather": Case(TASKS, IN_TASK, "unit", ("map(visit, log)", "map(visit, log), return_exceptions=True")),
    "task of wait": Case(
        TASKS,
        IN_TASK,
        "unit",
        ("asyncio.gather(*map(visit, log))", "asyncio.wait([asyncio.ensure_future(visit(one)) for one in log])"),
    ),
    "thread": Case(
        THREADS,
        IN_CALLBACK,
        "unit",
        ("list(pool.map(visit, (one + 1 for one in log)))", "pool.map(visit, (4 for _ in log))"),
    ),
    "decorator": Case(
        DECORATOR,
        DECORATED,
        "unit",
        ("return function(log[1:])", "try: return function(log[1:])\n        except AssertionError: return None"),
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_a_swallowed_assertion_is_no_pass(case, write, start_evaluator):
    files = {"m.py": case.module, "test_m.py": case.tests, "helpers.py": HELPERS}
    evaluator = await start_evaluator(write(files), f"m.py::{case.function}")
    assert evaluator.unchanged.passed == 0
    source = evaluator.location.source
    swallowing = source.replace(*case.edit)
    assert swallowing != source
    (searched,) = await evaluator.evaluate([Candidate(swallowing, "test", "test", trusted=True)], -1)
    confirmed = await evaluator.confirm(swallowing, trusted=True)
    for verdict in (searched, confirmed):
        assert {result.failure.kind for result in verdict.results.values()} == {"Swallowed"}
        assert "test_m.py:" in next(iter(verdict.results.values())).failure.message


RETRY = """\
def unit(function, times):
    for _ in range(times - 1):
        try:
            return function()
        except Exception:
            pass
    return None
"""
RETRIED = """\
from m import unit


def test_third_time():
    calls = []
    def call():
        calls.append(1)
        assert len(calls) == 3
        return "done"
    assert unit(call, 3) == "done"
"""


async def test_a_unit_that_swallowed_before_may_still_do_so(write, start_evaluator):
    evaluator = await start_evaluator(write({"m.py": RETRY, "test_m.py": RETRIED}), "m.py::unit")
    right = RETRY.replace("times - 1", "times")
    (searched,) = await evaluator.evaluate([Candidate(right, "test", "test", trusted=True)], 0)
    assert searched.all_passed
    assert (await evaluator.confirm(right, trusted=True)).all_passed


EXPECTING = """\
import asyncio
from contextlib import contextmanager, suppress

import pytest
from m import unit


class Quiet:
    def __enter__(self): return self
    def __exit__(self, *error): return True


@contextmanager
def quiet():
    try:
        yield
    except AssertionError:
        pass


def fails(*_):
    assert not fails


@pytest.mark.parametrize("manager", [pytest.raises, suppress])
def test_through_the_unit(manager):
    with manager(AssertionError):
        unit(fails, [1])
    expectation = pytest.raises(AssertionError)
    with expectation:
        unit(fails, [1])
    assert unit(lambda one: None, [1]) == 2


def test_by_own_means():
    with Quiet():
        fails()
    with quiet():
        unit(lambda one: fails(), [1])
    try:
        fails()
    except AssertionError as error:
        assert error
    pytest.raises(AssertionError, fails)
    assert unit(lambda one: None, [1]) == 2


def test_in_tasks():
    async def fails_too():
        unit(lambda one: None, [1])
        fails()

    async def run():
        return await asyncio.gather(fails_too(), return_exceptions=True)
    (error,) = asyncio.run(run())
    assert isinstance(error, AssertionError)
    assert unit(lambda one: None, [1]) == 2
"""


async def test_a_test_that_expects_its_failed_assertion_passes(write, start_evaluator):
    evaluator = await start_evaluator(write({"m.py": CALLBACK, "test_m.py": EXPECTING}), "m.py::unit")
    right = CALLBACK.replace("len(log)", "len(log) + 1")
    (searched,) = await evaluator.evaluate([Candidate(right, "test", "test", trusted=True)], 0)
    assert searched.all_passed
    assert (await evaluator.confirm(right, trusted=True)).all_passed
