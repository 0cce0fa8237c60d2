"""Gaps filled by servers of every kind: which form of request they get, where the fillings end, and what they cost."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Sequence

import pytest
from scripted_server import Answer, Scene, ScriptedServer, choice, events, hang_up, page, status

from reloc_lsp.inference.endpoint import Endpoint
from reloc_lsp.inference.model_factory import connect
from reloc_lsp.inference.request_timeouts import RequestTimeouts
from reloc_lsp.search.interfaces.language_model import (
    Gap,
    InfillingUnsupported,
    Message,
    ModelError,
    PromptTooLong,
    Reply,
    Sampling,
    Usage,
)

GAP = Gap("def inc(a):\n    return ", "\n")
SAMPLING = Sampling(temperature=0.8, max_tokens=16, seed=11)
QUICK = RequestTimeouts(first_token=5, between_tokens=5, pause=0.001, longest_pause=0.002)
TEXT, LLAMA = ("/v1/completions",), ("/infill",)
QWEN = "qwen2.5-coder-1.5b-instruct"
SLOTS = status(400, {"error": {"message": "Field 'n': Value must be between 1 <= value <= 1, but got 3"}})

Connecting = Callable[..., Endpoint]


@pytest.fixture
async def connected() -> AsyncIterator[Connecting]:
    """Connects to the first model of a scripted server; closes after the test."""
    endpoints: list[Endpoint] = []

    def start(server: ScriptedServer, fim: str = "auto") -> Endpoint:
        endpoint = connect(server.url, environment={}, timeouts=QUICK, fim=fim)
        endpoints.append(endpoint)
        return endpoint

    yield start
    for endpoint in endpoints:
        await endpoint.close()


def infilled(content: str, *logprobs: float, stop_type: str = "eos") -> Scene:
    """An answer of llama.cpp's `/infill`."""
    probabilities = [{"token": letter, "logprob": value} for letter, value in zip(content, logprobs, strict=False)]
    piece = {"index": 0, "content": content, "stop": False, "completion_probabilities": probabilities}
    end = {
        "index": 0, "content": "", "stop": True, "stop_type": stop_type, "tokens_evaluated": 7, "tokens_predicted": 3,
        "timings": {"cache_n": 4},
    }  # fmt: skip
    return events(json.dumps(piece), json.dumps(end))


async def test_a_gap_is_written_with_the_tokens_of_the_family(connected: Connecting) -> None:
    answer = Answer(texts=("a + 1",), log_probability=-0.25)
    async with ScriptedServer(answer, models=(QWEN,), paths=TEXT) as server:
        completion = await connected(server).infill(GAP, SAMPLING, 2, ("\n", '"""'))
    assert completion.replies == (Reply("a + 1", log_probability=-1.25), Reply("a + 1", log_probability=-1.25))
    assert (completion.usage, completion.calls) == (Usage(20, 0, 10), 1)
    (request,) = server.requests
    assert request.body == {
        "model": QWEN, "prompt": "<|fim_prefix|>def inc(a):\n    return <|fim_suffix|>\n<|fim_middle|>",
        "stop": ["\n", '"""'], "logprobs": 5, "n": 2, "seed": 11, "temperature": 0.8, "top_p": 0.95, "max_tokens": 16,
        "stream": True, "stream_options": {"include_usage": True},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("names", "prompt"),
    [
        ({"id": "bigcode/starcoder2-3b"}, "<fim_prefix>A<fim_suffix>B<fim_middle>"),
        ({"id": "tiny", "root": "/models/Qwen2.5-Coder-7B"}, "<|fim_prefix|>A<|fim_suffix|>B<|fim_middle|>"),
        ({"id": "codellama:7b-code"}, "▁<PRE>A▁<SUF>B▁<MID>"),
        ({"id": "DeepSeek-Coder-V2-Lite-Base.Q4_K_M.gguf"}, "<｜fim▁begin｜>A<｜fim▁hole｜>B<｜fim▁end｜>"),  # noqa: RUF001
        ({"id": "Codestral-22B-v0.1"}, "[SUFFIX]B[PREFIX]A"),
    ],
)
async def test_the_family_is_known_by_the_names_of_the_model(
    connected: Connecting, names: dict[str, str], prompt: str
) -> None:
    listing = status(200, {"data": [names]})
    async with ScriptedServer(Answer(), listing=listing, paths=TEXT) as server:
        await connected(server).infill(Gap("A", "B"), SAMPLING)
    assert server.requests[0].body["prompt"] == prompt


async def test_llama_cpp_knows_the_tokens_of_a_model_whose_name_says_nothing(
    connected: Connecting, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "reloc_lsp")
    async with ScriptedServer(infilled("a+1", -0.5, -0.25, -0.25), paths=LLAMA) as server:
        endpoint = connected(server)
        answers = [await endpoint.infill(GAP, SAMPLING, 1, ("\n",)) for _ in range(2)]
    assert answers[0].replies == (Reply("a+1", log_probability=-1.0),)
    assert answers[0].usage == Usage(7, 4, 3)
    sent = server.requests[0].body
    assert (sent["input_prefix"], sent["input_suffix"], sent["stop"]) == (GAP.prefix, GAP.suffix, ["\n"])
    assert (len(server.requests), server.lost) == (2, [])
    assert f"The model tiny at {server.url} can fill gaps by /infill." in caplog.text


async def test_a_form_that_the_server_lacks_is_tried_once(connected: Connecting) -> None:
    async with ScriptedServer(infilled("x"), models=(QWEN,), paths=LLAMA) as server:
        endpoint = connected(server)
        for _ in range(2):
            assert (await endpoint.infill(GAP, SAMPLING)).replies == (Reply("x"),)
    assert server.lost == ["/v1/completions"]


async def test_a_filling_of_infill_that_was_cut_off_is_not_complete(connected: Connecting) -> None:
    async with ScriptedServer(infilled("a +", stop_type="limit"), paths=LLAMA) as server:
        completion = await connected(server).infill(GAP, SAMPLING)
    assert completion.replies == (Reply("a +", complete=False),)


async def test_ollama_gets_the_suffix_because_it_puts_prompts_into_a_template(connected: Connecting) -> None:
    listing = status(200, {"data": [{"id": "qwen2.5-coder:0.5b", "owned_by": "library"}]})
    async with ScriptedServer(Answer(texts=("x",)), listing=listing, paths=TEXT) as server:
        await connected(server).infill(GAP, SAMPLING)
    assert [server.requests[0].body[name] for name in ("prompt", "suffix")] == [GAP.prefix, GAP.suffix]


@pytest.mark.parametrize("refusal", [status(501, {"error": {"message": "Infill is not supported by this model"}}),
                                     page("<title>Shop</title>", "text/html")])  # fmt: skip
async def test_a_server_that_cannot_fill_gaps_is_asked_once_and_still_chats(
    connected: Connecting, refusal: Scene
) -> None:
    paths = (*LLAMA, "/v1/chat/completions")
    async with ScriptedServer(refusal, Answer(texts=("hello",)), paths=paths) as server:
        endpoint = connected(server)
        for _ in range(2):
            with pytest.raises(
                InfillingUnsupported, match=r"Gaps cannot be filled by tiny\. .*by /infill .*model\.fim"
            ):
                await endpoint.infill(GAP, SAMPLING)
        assert (await endpoint.complete([Message("user", "hi")], SAMPLING)).replies == (Reply("hello"),)
    assert len(server.requests) == 2


async def test_the_setting_decides_the_form(connected: Connecting) -> None:
    async with ScriptedServer(Answer(texts=("x",)), paths=TEXT) as server:
        await connected(server, "starcoder").infill(Gap("A", "B"), SAMPLING)
        await connected(server, "suffix").infill(Gap("A", "B"), SAMPLING)
        with pytest.raises(InfillingUnsupported, match=r"model\.fim is off"):
            await connected(server, "off").infill(GAP, SAMPLING)
    assert [request.body["prompt"] for request in server.requests] == ["<fim_prefix>A<fim_suffix>B<fim_middle>", "A"]


@pytest.mark.parametrize(
    ("text", "filling", "log_probability"),
    [
        ("a + 1\n    return b", "a + 1", -0.25 * 5),
        ("a + 1<|fim_pad|>junk", "a + 1", -0.25 * 5),
        ("<|endoftext|>", "", None),
        ("\n", "", None),
    ],
)
async def test_a_filling_ends_at_a_stop_text_and_at_a_special_token(
    connected: Connecting, text: str, filling: str, log_probability: float | None
) -> None:
    answer = Answer(texts=(text,), log_probability=-0.25, finish="length")
    async with ScriptedServer(answer, models=(QWEN,), paths=TEXT) as server:
        completion = await connected(server).infill(GAP, SAMPLING, 1, ("\n",))
    assert completion.replies == (Reply(filling, True, log_probability),)


@pytest.mark.parametrize(
    "logprobs",
    [
        None,
        {"tokens": ["a"], "token_logprobs": [-0.5]},
        {"tokens": ["a", "b"], "token_logprobs": [-0.5, None]},
        {"tokens": ["a", "b"], "token_logprobs": [-0.5, 2.0]},
        {"tokens": ["a", "b"], "token_logprobs": [-0.5, True]},
        {"content": [{"token": "a", "logprob": -0.5}, {"token": "b", "logprob": "-1"}]},
        {"content": "ab"},
        [1, 2],
    ],
)
async def test_a_filling_without_a_probability_for_each_token_has_none(connected: Connecting, logprobs: object) -> None:
    scene = events(choice(0, {"text": "ab", "logprobs": logprobs}, "stop"), "[DONE]")
    async with ScriptedServer(scene, models=(QWEN,), paths=TEXT) as server:
        assert (await connected(server).infill(GAP, SAMPLING)).replies == (Reply("ab"),)


async def test_a_server_that_refuses_probabilities_is_asked_without_them(connected: Connecting) -> None:
    answer = Answer(texts=("x",), refuses=("logprobs",), log_probability=-1.0)
    async with ScriptedServer(answer, models=(QWEN,), paths=TEXT) as server:
        endpoint = connected(server)
        for _ in range(2):
            assert (await endpoint.infill(GAP, SAMPLING)).replies == (Reply("x"),)
    assert ["logprobs" in request.body for request in server.requests] == [True, False, False]


async def test_a_server_with_one_slot_is_asked_for_one_filling_after_the_other(connected: Connecting) -> None:
    answer = Answer(texts=("x",), pause=0.001)
    async with ScriptedServer(SLOTS, answer, models=(QWEN,), paths=TEXT) as server:
        endpoint = connected(server)
        answers = [await endpoint.infill(GAP, SAMPLING, 3) for _ in range(2)]
    assert [len(completion.replies) for completion in answers] == [3, 3]
    assert [request.body.get("n") for request in server.requests] == [3] + [None] * 6
    assert [request.body["seed"] for request in server.requests] == [11, 11, 12, 13, 11, 12, 13]
    assert server.busiest == 1


async def test_a_server_with_two_slots_is_asked_for_two_fillings_at_once(connected: Connecting) -> None:
    refusal = status(400, {"error": {"message": "Field 'n': Value must be between 1 <= value <= 2, but got 5"}})
    async with ScriptedServer(refusal, Answer(texts=("x", "y")), models=(QWEN,), paths=TEXT) as server:
        completion = await connected(server).infill(GAP, SAMPLING, 5)
    assert [reply.text for reply in completion.replies] == ["x", "y", "x", "y", "x"]
    assert [(request.body.get("n"), request.body["seed"]) for request in server.requests] == [
        (5, 11), (2, 11), (2, 13), (None, 15),
    ]  # fmt: skip


async def test_the_tokens_of_all_fillings_are_counted_though_the_server_reports_one(connected: Connecting) -> None:
    answer = Answer(texts=("a b c d",), usage=(20, None, 7), log_probability=-1.0)
    async with ScriptedServer(answer, models=(QWEN,), paths=TEXT) as server:
        completion = await connected(server).infill(GAP, SAMPLING, 4)
    # Each text has seven tokens here.
    assert completion.usage == Usage(20, 0, 28)


async def test_a_gap_that_does_not_fit_is_no_reason_to_try_another_form(connected: Connecting) -> None:
    error = {"code": 400, "type": "exceed_context_size_error", "n_ctx": 2048, "n_prompt_tokens": 3000,
             "message": "request (3000 tokens) exceeds the available context size (2048 tokens)"}  # fmt: skip
    async with ScriptedServer(status(400, {"error": error}), models=(QWEN,), paths=TEXT) as server:
        with pytest.raises(PromptTooLong, match="Ask with 2032 at most"):
            await connected(server).infill(GAP, SAMPLING)
    assert server.lost == []


async def test_errors_are_those_of_a_chat(connected: Connecting) -> None:
    async with ScriptedServer(hang_up, models=(QWEN,), paths=TEXT) as server:
        with pytest.raises(ModelError, match="broke off before the answer was whole"):
            await connected(server).infill(GAP, SAMPLING)
        assert len(server.requests) == QUICK.attempts
    with pytest.raises(ModelError, match="Nothing listens at"):
        await connected(server).infill(GAP, SAMPLING)


async def test_a_missing_model_is_named(connected: Connecting) -> None:
    async with ScriptedServer(models=("other",), paths=()) as server:
        endpoint = connect(server.url, QWEN, environment={}, timeouts=QUICK)
        with pytest.raises(ModelError, match=f"There is no model {QWEN} at .* It has: other"):
            await endpoint.infill(GAP, SAMPLING)
        await endpoint.close()


@pytest.mark.parametrize("first", [(), (Answer(texts=("x",)),)])
async def test_a_cancelled_filling_closes_the_connection(connected: Connecting, first: Sequence[Scene]) -> None:
    async with ScriptedServer(*first, Answer(texts=("a b",), stops_after=1), models=(QWEN,), paths=TEXT) as server:
        endpoint = connected(server)
        for _ in first:
            await endpoint.infill(GAP, SAMPLING)
        filling = asyncio.create_task(endpoint.infill(GAP, SAMPLING))
        request = (await server.received(len(first) + 1))[-1]
        await request.begun.wait()
        filling.cancel()
        await request.left.wait()
        with pytest.raises(asyncio.CancelledError):
            await filling


async def test_many_first_gaps_at_once_find_the_form_once(connected: Connecting) -> None:
    async with ScriptedServer(infilled("x"), models=(QWEN,), paths=LLAMA) as server:
        endpoint = connected(server)
        answers = await asyncio.gather(*(endpoint.infill(GAP, SAMPLING) for _ in range(5)))
    assert [completion.replies for completion in answers] == [(Reply("x"),)] * 5
    assert server.lost == ["/v1/completions"]
