"""Completions by servers of every kind: with or without `n`, streaming, and token usage."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable

import pytest
from scripted_server import Answer, ScriptedServer, Wire, events, status

from reloc_lsp.inference.endpoint import Endpoint
from reloc_lsp.inference.model_factory import connect
from reloc_lsp.inference.request_timeouts import RequestTimeouts
from reloc_lsp.search.interfaces.language_model import Message, PromptTooLong, Reply, Sampling, Usage

PROMPT = [Message("system", "You revise functions."), Message("user", "def f(a): return a")]
SAMPLING = Sampling(temperature=0.7, max_tokens=500, seed=11)
QUICK = RequestTimeouts(first_token=5, between_tokens=5, pause=0.001, longest_pause=0.002)

Connecting = Callable[..., Endpoint]


@pytest.fixture
async def connected() -> AsyncIterator[Connecting]:
    """Connects to a scripted server as `tiny`; closes after the test."""
    endpoints: list[Endpoint] = []

    def start(server: ScriptedServer, model: str | None = "tiny", in_flight: int = 16) -> Endpoint:
        endpoint = connect(server.url, model, environment={}, timeouts=QUICK, in_flight=in_flight)
        endpoints.append(endpoint)
        return endpoint

    yield start
    for endpoint in endpoints:
        await endpoint.close()


async def test_one_request_brings_all_replies(connected: Connecting) -> None:
    async with ScriptedServer(Answer(texts=("one", "two words", "three"), usage=(20, 16, 9))) as server:
        answer = await connected(server).complete(PROMPT, SAMPLING, 3)
    assert answer.replies == (Reply("one"), Reply("two words"), Reply("three"))
    assert (answer.usage, answer.calls) == (Usage(20, 16, 9), 1)
    (request,) = server.requests
    assert request.body == {
        "model": "tiny", "n": 3, "seed": 11, "temperature": 0.7, "top_p": 0.95, "max_tokens": 500,
        "stream": True, "stream_options": {"include_usage": True},
        "messages": [
            {"role": "system", "content": "You revise functions."},
            {"role": "user", "content": "def f(a): return a"},
        ],
    }  # fmt: skip


async def test_missing_replies_are_requested_singly_and_in_parallel(connected: Connecting) -> None:
    async with ScriptedServer(Answer(honours_n=False, pause=0.01)) as server:
        endpoint = connected(server)
        answer = await endpoint.complete(PROMPT, SAMPLING, 4)
        assert (len(answer.replies), answer.calls, answer.usage) == (4, 4, Usage(80, 0, 36))
        assert [request.body.get("n") for request in server.requests] == [4, None, None, None]
        assert sorted(request.body["seed"] for request in server.requests) == [11, 12, 13, 14]
        assert server.busiest == 3
        await endpoint.complete(PROMPT, SAMPLING, 4)
        assert [request.body.get("n") for request in server.requests[4:]] == [None] * 4
        assert server.busiest == 4


async def test_a_server_that_refuses_n_gets_single_requests(connected: Connecting) -> None:
    async with ScriptedServer(Answer(refuses=("n",))) as server:
        answer = await connected(server).complete(PROMPT, Sampling(), 2)
    assert len(answer.replies) == 2
    assert all("seed" not in request.body for request in server.requests)


async def test_no_more_requests_are_under_way_than_allowed(connected: Connecting) -> None:
    async with ScriptedServer(Answer(honours_n=False, pause=0.005)) as server:
        endpoint = connected(server, in_flight=2)
        answers = await asyncio.gather(*(endpoint.complete(PROMPT, SAMPLING, 3) for _ in range(3)))
    assert [len(answer.replies) for answer in answers] == [3, 3, 3]
    assert server.busiest == 2


async def test_tokens_are_estimated_if_the_server_reports_none(connected: Connecting) -> None:
    async with ScriptedServer(Answer(texts=("x" * 30,), usage=None)) as server:
        answer = await connected(server).complete(PROMPT, SAMPLING)
    assert answer.usage == Usage(25, 0, 10, counted=False)


async def test_a_refused_parameter_is_omitted_from_then_on(connected: Connecting) -> None:
    async with ScriptedServer(Answer(refuses=("stream_options", "seed"))) as server:
        endpoint = connected(server)
        answers = [await endpoint.complete(PROMPT, SAMPLING) for _ in range(2)]
    assert [answer.usage.counted for answer in answers] == [False, False]
    assert ["stream_options" in request.body for request in server.requests] == [True, False, False, False]
    assert ["seed" in request.body for request in server.requests] == [True, True, False, False]


async def test_parallel_requests_learn_the_same_quirk(connected: Connecting) -> None:
    async with ScriptedServer(Answer(refuses=("stream_options",))) as server:
        endpoint = connected(server)
        await asyncio.gather(*(endpoint.complete(PROMPT, SAMPLING) for _ in range(3)))
    assert len(server.requests) == 6


async def test_the_limit_of_a_reply_has_two_names(connected: Connecting) -> None:
    words = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    async with ScriptedServer(status(400, {"error": {"message": words}}), Answer()) as server:
        await connected(server).complete(PROMPT, SAMPLING)
    assert server.requests[1].body["max_completion_tokens"] == 500
    assert "max_tokens" not in server.requests[1].body


async def test_a_reply_cut_off_is_not_complete(connected: Connecting) -> None:
    async with ScriptedServer(Answer(texts=("def f(",), finish="length")) as server:
        answer = await connected(server).complete(PROMPT, SAMPLING)
    assert answer.replies == (Reply("def f(", complete=False),)


async def test_an_answer_in_one_piece_is_accepted(connected: Connecting) -> None:
    async with ScriptedServer(Answer(texts=("one", "two"), streams=False, usage=(20, 4, 9))) as server:
        answer = await connected(server).complete(PROMPT, SAMPLING, 2)
    assert answer.replies == (Reply("one"), Reply("two"))
    assert answer.usage == Usage(20, 4, 9)


async def test_an_answer_without_an_end_mark_is_accepted(connected: Connecting) -> None:
    async with ScriptedServer(Answer(done=False)) as server:
        answer = await connected(server).complete(PROMPT, SAMPLING)
    assert answer.replies[0].complete


async def test_chunks_of_another_shape_are_ignored(connected: Connecting) -> None:
    piece = '{"choices": [{"index": 0, "delta": {"content": "ok"}, "finish_reason": "stop"}]}'
    odd = ("null", "{}", '{"choices": null}', '{"choices": [{"index": 0, "delta": null}]}', "[]", '"text"', piece)
    async with ScriptedServer(events(*odd)) as server:
        answer = await connected(server).complete(PROMPT, SAMPLING)
    assert answer.replies == (Reply("ok"),)


async def test_text_is_never_split_inside_a_character_or_at_a_unicode_line_break(connected: Connecting) -> None:
    text = "s = '\u2028 \x85 \U0001f600'\n"
    piece = json.dumps({"choices": [{"index": 0, "delta": {"content": text}}]}, ensure_ascii=False)

    async def byte_by_byte(wire: Wire) -> None:
        await wire.head(200, "text/event-stream", {}, None)
        for byte in f"data:{piece}\r\n\r\ndata: [DONE]\r\n\r\n".encode():
            await wire.raw(b"1\r\n" + bytes([byte]) + b"\r\n")
        await wire.end()

    async with ScriptedServer(byte_by_byte) as server:
        answer = await connected(server).complete(PROMPT, SAMPLING)
    assert answer.replies == (Reply(text),)


async def test_the_first_listed_model_is_used_if_none_is_named(connected: Connecting) -> None:
    async with ScriptedServer(Answer(), models=("small", "large")) as server:
        endpoint = connected(server, None)
        await asyncio.gather(endpoint.complete(PROMPT, SAMPLING), endpoint.complete(PROMPT, SAMPLING))
        assert [request.body["model"] for request in server.requests] == ["small", "small"]
        assert len(server.listings) == 1


async def test_a_reply_is_shortened_if_the_context_window_is_small(connected: Connecting) -> None:
    whole = (
        "max_tokens=8192cannot be greater than max_model_len=max_total_tokens=1024. Please request fewer output tokens."
    )
    least = (
        "This model's maximum context length is 1024 tokens. However, you requested {} output tokens and your prompt "
        "contains at least {} input tokens, for a total of at least 1025 tokens."
    )
    script = (status(400, {"error": {"message": whole}}), status(400, {"error": {"message": least.format(999, 26)}}))
    async with ScriptedServer(*script, Answer()) as server:
        endpoint = connected(server)
        await endpoint.complete(PROMPT, Sampling())
        await endpoint.complete(PROMPT, Sampling())
    assert [request.body["max_tokens"] for request in server.requests] == [8192, 999, 256, 999]


VLLM = (
    "This model's maximum context length is 1024 tokens. However, you requested 256 output tokens and your prompt "
    "contains at least 769 input tokens, for a total of at least 1025 tokens. Please reduce the length of the input "
    "prompt or the number of requested output tokens."
)
OPENAI = (
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens. "
    "Please reduce the length of the messages."
)
LLAMA = "the request exceeds the available context size. try increasing the context size or enable context shift"


@pytest.mark.parametrize(
    ("error", "most"),
    [
        ({"message": VLLM, "type": "BadRequestError", "param": "input_tokens", "code": 400}, 768),
        ({"message": OPENAI, "type": "invalid_request_error", "code": "context_length_exceeded"}, 8192 - 500),
        ({"message": LLAMA, "type": "exceed_context_size_error", "n_prompt_tokens": 1407, "n_ctx": 256}, 192),
        ({"message": "The prompt is too long.", "code": "context_length_exceeded"}, None),
    ],
)
async def test_the_error_for_a_long_prompt_has_the_token_limit(
    connected: Connecting, error: dict[str, object], most: int | None
) -> None:
    async with ScriptedServer(status(400, {"error": error})) as server:
        with pytest.raises(PromptTooLong, match="does not fit into the context of tiny") as caught:
            await connected(server).complete(PROMPT, SAMPLING)
    assert caught.value.max_tokens == most
    assert not caught.value.permanent
    assert len(server.requests) <= 3
