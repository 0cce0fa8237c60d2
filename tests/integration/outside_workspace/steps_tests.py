"""The tests of `steps.py`, which they import as `m`."""

import asyncio
from unittest.mock import AsyncMock, Mock

import pytest
from m import Counter, later, numbers


def test_add():
    counter = Counter([1])
    assert counter.add(2) is counter
    assert counter.add(3).items == [1, 2, 3] and counter.changes == 2


def test_each():
    function = Mock(side_effect=lambda item: item * 2)
    assert list(Counter([1, 2]).each(function)) == [2, 4]
    assert function.call_count == 2
    steps = Counter([1, 2, 3]).each(abs)
    assert next(steps) == 1 and steps.send(9) == 9 and next(steps) == 3
    with pytest.raises(StopIteration) as end:
        next(steps)
    assert end.value.value == 3


def test_pair():
    assert Counter.pair(1, 2, 5, third=4).items == [1, 2, 5, 4]
    assert Counter.pair(1).items == [1, None, 3]


def test_total():
    assert Counter([1, 2]).total == 3


def test_later():
    fetch = AsyncMock(return_value=7)
    assert asyncio.run(later(fetch)) == [7, 0, 1]
    fetch.assert_awaited_once_with(1)


def test_later_fails():
    with pytest.raises(KeyError, match="gone"):
        asyncio.run(later(AsyncMock(side_effect=KeyError("gone"))))


def test_numbers():
    async def collected():
        return [number async for number in numbers(3)]

    assert asyncio.run(collected()) == [0, 1, 2]
