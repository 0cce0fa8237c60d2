"""Methods, generators and coroutines."""

import asyncio


class Counter:
    def __init__(self, items):
        self.items = list(items)
        self.changes = 0

    def add(self, item):
        self.items.append(item)
        self.changes += 1
        return self

    def each(self, function):
        received = None
        for item in self.items:
            received = yield function(item) if received is None else received
        return len(self.items)

    @classmethod
    def pair(cls, first, second=None, /, *more, third=3):
        return cls([first, second, *more, third])

    @property
    def total(self):
        return sum(self.items)


async def later(fetch, seconds=0.01):
    await asyncio.sleep(seconds)
    first = await fetch(1)
    return [first, *await asyncio.gather(*(asyncio.sleep(0, result=n) for n in range(2)))]


async def numbers(count):
    for number in range(count):
        await asyncio.sleep(0)
        yield number
