"""A model and the tests on the processors of one machine."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from reloc_lsp.revision.processor_sharing import sharing_processors
from reloc_lsp.search.interfaces.language_model import Completion, Gap, Message, Reply, Sampling, Usage

GAP = Gap("x = ", "\n")


class Model:
    """Answers at once, and counts its calls."""

    def __init__(self, *, shares_processors: bool) -> None:
        self.shares_processors = shares_processors
        self.calls = 0

    async def complete(self, messages: Sequence[Message], sampling: Sampling, count: int = 1) -> Completion:
        self.calls += 1
        return Completion((Reply("1"),), Usage())

    async def infill(self, gap: Gap, sampling: Sampling, count: int = 1, stop: Sequence[str] = ()) -> Completion:
        return await self.complete((), sampling, count)

    async def close(self) -> None:
        pass


@pytest.mark.parametrize("asks", ["complete", "infill"])
async def test_a_call_waits_until_a_candidate_has_left_its_slot(asks):
    model, slots = Model(shares_processors=True), asyncio.Semaphore(2)
    shared = sharing_processors(model, slots, 2)
    await slots.acquire()
    await slots.acquire()
    call = shared.complete((), Sampling()) if asks == "complete" else shared.infill(GAP, Sampling())
    waiting = asyncio.ensure_future(call)
    await asyncio.sleep(0)
    assert model.calls == 0
    slots.release()
    assert (await waiting).replies == (Reply("1"),)
    assert not slots.locked()


@pytest.mark.parametrize(("shares", "workers"), [(False, 2), (True, 1)])
async def test_a_model_elsewhere_and_a_single_worker_wait_for_nobody(shares, workers):
    model, slots = Model(shares_processors=shares), asyncio.Semaphore(workers)
    while not slots.locked():
        await slots.acquire()
    assert (await sharing_processors(model, slots, workers).infill(GAP, Sampling())).replies
