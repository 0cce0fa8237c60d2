"""The wire to a real llama.cpp, with a tiny model of random weights."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import ANY

import pytest

from reloc_lsp.inference.endpoint import Endpoint
from reloc_lsp.inference.model_factory import connect
from reloc_lsp.inference.request_timeouts import RequestTimeouts
from reloc_lsp.search.interfaces.language_model import Gap, InfillingUnsupported, Message, ModelError, Sampling

pytest.importorskip("xllamacpp", reason="no llama.cpp here: the package xllamacpp is not installed")
pytest.importorskip("gguf", reason="no model for llama.cpp here: the package gguf is not installed")

NAMED, UNNAMED = "tiny-qwen-coder", "tiny"
GAP = Gap("def inc(a):\n    return ", "\n")
SHORT = Sampling(temperature=1.0, max_tokens=8, seed=3)
LONG = Sampling(temperature=1.0, max_tokens=1900, seed=1)
TIMEOUTS = RequestTimeouts(first_token=60, between_tokens=60, attempts=2, pause=0.001)


@dataclass(frozen=True)
class Server:
    """A running server, with its process and its address."""

    process: subprocess.Popen[str]
    root: str

    def busy_slots(self) -> int:
        """The number of requests that it works on."""
        with urllib.request.urlopen(f"{self.root}/slots", timeout=10) as response:
            return sum(slot["is_processing"] for slot in json.load(response))


@contextmanager
def serving(model: Path, name: str, slots: int) -> Iterator[Server]:
    script = Path(__file__).with_name("llama_cpp_server.py")
    command = [sys.executable, str(script), str(model), name, str(slots)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        yield Server(process, process.stdout.readline().strip())
        process.kill()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tiny_gguf import write_model

    path = tmp_path_factory.mktemp("model") / "model.gguf"
    write_model(path)
    return path


@pytest.fixture(scope="module")
def one_slot(model: Path) -> Iterator[Server]:
    with serving(model, NAMED, 1) as server:
        yield server


@pytest.fixture(scope="module")
def three_slots(model: Path) -> Iterator[Server]:
    with serving(model, UNNAMED, 3) as server:
        yield server


Connecting = Callable[..., Endpoint]


@pytest.fixture
async def connected() -> AsyncIterator[Connecting]:
    endpoints: list[Endpoint] = []

    def start(server: Server, fim: str = "auto") -> Endpoint:
        endpoints.append(connect(f"{server.root}/v1", environment={}, timeouts=TIMEOUTS, fim=fim))
        return endpoints[-1]

    yield start
    for endpoint in endpoints:
        await endpoint.close()


async def test_both_forms_give_the_same_filling(one_slot: Server, connected: Connecting) -> None:
    by_tokens, by_infill = [await connected(one_slot, fim).infill(GAP, SHORT) for fim in ("qwen", "infill")]
    (filling,) = by_tokens.replies
    assert filling.text
    assert filling.log_probability is not None
    assert -100 < filling.log_probability < 0
    # The second reads the prompt from the cache, which changes the last digits.
    same = replace(filling, log_probability=pytest.approx(filling.log_probability, rel=1e-3), variants=ANY)
    assert by_infill.replies == (same,)
    assert by_tokens.usage.counted
    # Three tokens mark the gap. Every byte is a token, but a pair of blanks is one too.
    assert by_tokens.usage.prompt_tokens == by_infill.usage.prompt_tokens == 3 + len(GAP.prefix + GAP.suffix) - 1
    assert by_infill.usage.completion_tokens == 8


async def test_one_slot_gives_many_fillings_one_after_the_other(one_slot: Server, connected: Connecting) -> None:
    completion = await connected(one_slot).infill(GAP, SHORT, 4)
    assert completion.calls == len(completion.replies) == 4
    assert len({reply.text for reply in completion.replies}) > 1
    assert all(reply.log_probability is not None for reply in completion.replies if reply.text)


@pytest.mark.parametrize("fim", ["qwen", "infill"])
async def test_three_slots_give_three_fillings_at_once(three_slots: Server, connected: Connecting, fim: str) -> None:
    completion = await connected(three_slots, fim).infill(GAP, SHORT, 5)
    assert (len(completion.replies), completion.calls) == (5, 2)
    assert len({reply.text for reply in completion.replies}) > 1
    # The tokens of all fillings count, but that a broken character may join two.
    assert completion.usage.completion_tokens > 16


async def test_more_replies_of_a_chat_than_slots(one_slot: Server, three_slots: Server, connected: Connecting) -> None:
    for server, calls in ((one_slot, 4), (three_slots, 2)):
        completion = await connected(server).complete([Message("user", "hi")], SHORT, 4)
        assert (len(completion.replies), completion.calls) == (4, calls)


async def test_a_stop_text_ends_the_filling(one_slot: Server, connected: Connecting) -> None:
    whole = (await connected(one_slot).infill(GAP, SHORT)).replies[0].text
    stop = whole[2]
    (filling,) = (await connected(one_slot).infill(GAP, SHORT, 1, (stop,))).replies
    assert filling.text == whole[: whole.index(stop)]
    assert filling.complete


async def test_a_cancelled_filling_frees_the_slot(one_slot: Server, connected: Connecting) -> None:
    endpoint = connected(one_slot)
    await endpoint.infill(GAP, SHORT)
    filling = asyncio.create_task(endpoint.infill(GAP, LONG, 50))
    async with asyncio.timeout(30):
        while not await asyncio.to_thread(one_slot.busy_slots):
            assert not filling.done()
        filling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await filling
        while await asyncio.to_thread(one_slot.busy_slots):
            pass
    assert (await endpoint.infill(GAP, SHORT)).replies


async def test_a_server_killed_amid_a_request_is_a_sentence(model: Path, connected: Connecting) -> None:
    with serving(model, NAMED, 1) as server:
        endpoint = connected(server)
        await endpoint.infill(GAP, SHORT)
        filling = asyncio.create_task(endpoint.infill(GAP, LONG, 50))
        while not await asyncio.to_thread(server.busy_slots):
            assert not filling.done()
        server.process.kill()
        with pytest.raises(ModelError, match=r"broke off|Nothing listens at"):
            # The replies that had ended by then, if any, are an answer; the next request has none.
            await filling
            await endpoint.infill(GAP, SHORT)


async def test_a_model_without_the_tokens_fills_no_gaps(tmp_path: Path, connected: Connecting) -> None:
    from tiny_gguf import write_model

    write_model(tmp_path / "plain.gguf", fills_gaps=False)
    with serving(tmp_path / "plain.gguf", UNNAMED, 1) as server:
        endpoint = connected(server)
        with pytest.raises(InfillingUnsupported, match="Infill is not supported by this model"):
            await endpoint.infill(GAP, SHORT)
        assert (await endpoint.complete([Message("user", "hi")], replace(SHORT, max_tokens=4))).replies
