"""A model server that attacks its client: every answer ends within bounds of size and time, as a sentence.

The server is real and on this machine, and so is the client. What would not end is ended by the test suite's own
timeout, or by the limit named in the test.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from scripted_server import Answer, Scene, ScriptedServer, Wire, chunk, events, page, status

from reloc_lsp.inference.answers.web_page import text_of, title_of
from reloc_lsp.inference.context_window import reported_context_window
from reloc_lsp.inference.endpoint import Endpoint
from reloc_lsp.inference.model_factory import connect
from reloc_lsp.inference.request_timeouts import RequestTimeouts
from reloc_lsp.language_model.budgeted_model import IMPOSSIBLE_USAGE, BudgetedModel
from reloc_lsp.search.budget import Budget, Spending
from reloc_lsp.search.interfaces.language_model import Message, ModelError, Sampling

PROMPT = [Message("user", "a secret prompt")]
QUICK = RequestTimeouts(connect=5, first_token=5, between_tokens=5, listing=5, attempts=2, pause=0.001)
NESTED = "[" * 100_000
DIGITS = "9" * 400

Connecting = Callable[..., Endpoint]


@pytest.fixture
async def connected() -> AsyncIterator[Connecting]:
    """Connects to a base URL, as `tiny` unless another name is given; closes after the test."""
    endpoints: list[Endpoint] = []

    def start(url: str, timeouts: RequestTimeouts = QUICK, name: str | None = "tiny") -> Endpoint:
        endpoints.append(connect(url, name, environment={}, timeouts=timeouts))
        return endpoints[-1]

    yield start
    for endpoint in endpoints:
        await endpoint.close()


async def refused(endpoint: Endpoint) -> ModelError:
    with pytest.raises(ModelError) as caught:
        await endpoint.complete(PROMPT, Sampling())
    assert len(str(caught.value)) < 1000
    return caught.value


def redirect(code: int, location: str) -> Scene:
    return page("", "text/plain", code, {"Location": location})


def packed(data: bytes, encoding: str, code: int = 200, kind: str = "application/json") -> Scene:
    async def scene(wire: Wire) -> None:
        await wire.head(code, kind, {"Content-Encoding": encoding}, len(data))
        await wire.raw(data)

    return scene


def endless(*parts: bytes, kind: str = "text/event-stream", code: int = 200, seconds: float = 0.0) -> Scene:
    """Sends the first parts once, and the last one until the client goes, with a pause before each."""

    async def scene(wire: Wire) -> None:
        *first, last = parts
        await wire.head(code, kind, {}, None)
        for part in first:
            await wire.raw(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        framed = f"{len(last):x}\r\n".encode() + last + b"\r\n"
        while not wire.request.left.is_set():
            await asyncio.sleep(seconds)
            await wire.raw(framed)

    return scene


def event(delta: dict[str, Any]) -> bytes:
    return f"data: {chunk(0, delta)}\n\n".encode()


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(connected: Connecting, code: int) -> None:
    async with ScriptedServer() as other:
        where = f"{other.url}/chat/completions?key=abc"
        async with ScriptedServer(redirect(code, where), listing=redirect(code, where)) as server:
            error = await refused(connected(server.url))
            check = await connected(server.url).check()
        assert other.requests == other.listings == []
    assert f"{server.url} asks to send requests to {other.url}/chat/completions, and nothing was sent there" in str(
        error
    )
    assert error.permanent and not check.usable and "abc" not in str(error) + check.sentence
    assert other.url in check.sentence


@pytest.mark.parametrize("location", ["", "\x1b[31m//elsewhere", "http://" + "a" * 50_000, "http://[", "\udcff"])
async def test_a_redirect_is_shown_escaped_and_short(connected: Connecting, location: str) -> None:
    async def scene(wire: Wire) -> None:
        await wire.raw(b"HTTP/1.1 307 Elsewhere\r\nLocation: " + location.encode("utf-8", "surrogateescape"))
        await wire.raw(b"\r\nContent-Length: 0\r\n\r\n")

    async with ScriptedServer(scene) as server:
        error = await refused(connected(server.url))
    assert str(error).isascii() and str(error).isprintable()


BOMB = zlib.compress(bytes(2**24), 9)


@pytest.mark.parametrize(
    "scene",
    [
        packed(gzip.compress(bytes(2**24)), "gzip"),
        packed(BOMB, "deflate"),
        packed(BOMB, "gzip", 500),
        packed(BOMB, "GZIP, gzip"),
        packed(BOMB, "br"),
        packed(b"data: [DONE]\n\n", "no-such-coding", 200, "text/event-stream"),
    ],
)
async def test_a_compressed_answer_is_not_unpacked(connected: Connecting, scene: Scene) -> None:
    async with ScriptedServer(scene, listing=scene) as server:
        error, check = await refused(connected(server.url)), await connected(server.url).check()
    assert server.requests[0].headers["accept-encoding"] == "identity"
    for sentence in (str(error), check.sentence):
        assert "is compressed, though the request asked for one that is not" in sentence


@pytest.mark.parametrize(
    ("scene", "sentence"),
    [
        (endless(event({"content": ""}) * 100), "is longer than 1 MiB"),
        (endless(event({"reasoning_content": "hm"}) * 100), "is longer than 1 MiB"),
        (endless(event({"role": "assistant"}) * 100), "is longer than 1 MiB"),
        (endless(b": ping\n\n" * 1000), "is longer than 1 MiB"),
        (endless(b"\n" * 8000), "is longer than 1 MiB"),
        (endless(event({"content": "a"}), b"\n" * 8000), "is longer than 1 MiB"),
        (endless(b"data: " + b"[" * 8000), "is longer than 1 MiB"),
        (endless(b'{"choices": ["', b"x" * 8000, kind="application/json"), "is longer than 1 MiB"),
        (endless(event({"content": "x" * 5000})), "has a reply of more than 500,000 characters"),
    ],
)
async def test_an_answer_without_an_end_is_given_up_by_its_size(
    connected: Connecting, scene: Scene, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reloc_lsp.inference.answers.streaming._MAX_ANSWER_BYTES", 2**20)
    monkeypatch.setattr("reloc_lsp.inference.answers.answer_assembly.MAX_REPLY_CHARACTERS", 500_000)
    async with ScriptedServer(scene) as server:
        error = await refused(connected(server.url, replace(QUICK, first_token=300)))
        await asyncio.wait_for(server.requests[0].left.wait(), 30)
    assert f"The answer of {server.url} {sentence}" in str(error) and len(server.requests) == 1


@pytest.mark.parametrize("scene", [endless(b"data: " + b"x" * 8000), endless(b": ping\n" * 1000)])
async def test_one_piece_of_an_answer_is_bounded(
    connected: Connecting, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reloc_lsp.inference.answers.streaming._MAX_JSON_BYTES", 2**20)
    async with ScriptedServer(scene) as server:
        assert "has more than 1 MiB in one piece" in str(await refused(connected(server.url)))


@pytest.mark.parametrize("delta", [{"content": "a"}, {"reasoning": "hm"}])
async def test_an_answer_without_an_end_is_given_up_by_its_time(connected: Connecting, delta: dict[str, str]) -> None:
    """Each piece arrives in time, and the bytes would never be too many."""
    async with ScriptedServer(endless(event(delta), seconds=0.01)) as server:
        error = await refused(connected(server.url, replace(QUICK, answer=0.5)))
        await asyncio.wait_for(server.requests[0].left.wait(), 30)
    assert f"The answer of {server.url} had no end after 0.5 s." in str(error)


async def endless_headers(wire: Wire) -> None:
    await wire.raw(b"HTTP/1.1 200 OK\r\n")
    for number in count():
        if wire.request.left.is_set():
            return
        await wire.raw(f"X-{number}: {'x' * 1000}\r\n".encode())


async def endless_early_responses(wire: Wire) -> None:
    while not wire.request.left.is_set():
        await wire.raw(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n")
        await asyncio.sleep(0)


@pytest.mark.parametrize("scene", [endless_headers, endless_early_responses])
async def test_headers_end(connected: Connecting, scene: Scene) -> None:
    async with ScriptedServer(scene, listing=scene) as server:
        hasty = replace(QUICK, first_token=1, listing=1)
        error, check = await refused(connected(server.url, hasty)), await connected(server.url, hasty).check()
        await asyncio.wait_for(server.requests[0].left.wait(), 30)
    assert server.url in str(error) and server.url in check.sentence


@pytest.mark.parametrize("kind", ["text/html", "application/json"])
async def test_an_error_page_without_an_end_is_cut_off(connected: Connecting, kind: str) -> None:
    page_of = endless(b"<p>Out of order.</p>", b" more" * 1000, kind=kind, code=500)
    async with ScriptedServer(page_of) as server:
        error = await refused(connected(server.url))
    assert str(error).startswith(f"{server.url} failed (500: Out of order. more more") and str(error).endswith(
        "server."
    )


async def test_a_slow_error_page_is_cut_off(connected: Connecting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reloc_lsp.inference.answers.response_check.ERROR_SECONDS", 0.2)
    async with ScriptedServer(endless(b"No such luck.", b" ", code=400, seconds=0.01)) as server:
        error = await refused(connected(server.url))
    assert str(error) == f"{server.url} refuses the request (400: No such luck.)."


@pytest.mark.parametrize(
    "body",
    [
        "<style" * 100_000,
        "<" * 600_000,
        "<title" * 100_000,
        "<title>" * 100_000,
        "<script>" * 100_000,
        "*" * 600_000,
        "max_model_len=" * 50_000,
        "maximum context length " + DIGITS * 100,
        json.dumps({"error": {"message": "max_model_len=" * 2000 + "exceeds the available", "code": DIGITS}}),
        '{"error": {"message": "no", "code": ' + DIGITS + "}}",
        '{"error": {"message": ' + "[" * 900 + "]" * 900 + "}}",
        '{"error": ' * 900 + "1" + "}" * 900,
        NESTED,
        '{"error": {"message": "\\ud800"}}',
        '{"error": {"n_ctx": ' + DIGITS + ', "type": "exceed_context_size_error"}}',
        '{"error": {"n_ctx": -1, "code": "context_length_exceeded"}}',
    ],
    ids=range(16),
)
@pytest.mark.parametrize("code", [200, 400, 404, 503])
async def test_no_error_page_keeps_its_reader_busy(connected: Connecting, body: str, code: int) -> None:
    async with ScriptedServer(page(body, "text/html", code), listing=page(body, "text/html", code)) as server:
        endpoint = connected(server.url)
        async with asyncio.timeout(60):
            error = await refused(endpoint)
            check = await endpoint.check()
    assert server.url in str(error) or "tiny" in str(error)
    assert not check.usable and len(check.sentence) < 1000


@pytest.mark.parametrize(
    "listing",
    [
        page(NESTED, "application/json"),
        page('{"data": ' + NESTED, "application/json"),
        status(200, {"data": [{"id": "x" * 300}]}),
        status(200, {"data": [{"id": ["x"]}]}),
        status(200, {"data": {"id": "x"}}),
        status(200, [1]),
        page('{"data": [{"id": "a"' + " " * 9_000_000 + "}]}", "application/json"),
        endless(b'{"data": [', b'{"id": "x"},' * 1000, kind="application/json"),
    ],
    ids=range(8),
)
async def test_a_listing_is_bounded(connected: Connecting, listing: Scene) -> None:
    async with ScriptedServer(listing=listing) as server:
        check = await connected(server.url, name=None).check()
    assert not check.usable and check.models == () and len(check.sentence) < 1000 and server.url in check.sentence


async def test_a_long_listing_is_cut_off(connected: Connecting) -> None:
    names = [f"model-{number}" for number in range(20_000)]
    async with ScriptedServer(models=["x" * 300, *names]) as server:
        check = await connected(server.url, name=None).check()
    assert check.usable and len(check.models) == 9_999 and check.models[0] == "model-0" and len(check.sentence) < 1000


@pytest.mark.parametrize(
    "scene",
    [
        events(NESTED),
        events('{"choices": ' + NESTED),
        page(NESTED, "application/json"),
        events('{"choices": [], "usage": {"prompt_tokens": ' + "9" * 5000 + "}}"),
        events(json.dumps({"error": {"message": "x" * 100_000, "code": "x" * 100_000}})),
        events('{"error": ' + "[" * 900 + "]" * 900 + "}"),
    ],
    ids=range(6),
)
async def test_an_answer_that_cannot_be_parsed_is_a_sentence(connected: Connecting, scene: Scene) -> None:
    async with ScriptedServer(scene) as server:
        assert server.url in str(await refused(connected(server.url)))


async def test_only_so_many_replies_are_read(connected: Connecting) -> None:
    choices = [{"index": number, "delta": {"content": "a"}, "finish_reason": "stop"} for number in range(50_000)]
    async with ScriptedServer(events(json.dumps({"choices": choices}), "[DONE]")) as server:
        answer = await connected(server.url).complete(PROMPT, Sampling(), 1)
    assert [reply.text for reply in answer.replies] == ["a"]


@pytest.mark.parametrize("retry_after", ["1e999", "nan", "-5", DIGITS, "Mon, 01 Jan 0001 00:00:00 +2359", "x" * 9000])
async def test_an_odd_time_to_wait_ends(connected: Connecting, retry_after: str) -> None:
    async with ScriptedServer(status(429, {}, {"Retry-After": retry_after})) as server:
        error = await refused(connected(server.url))
    assert "is asked more often than it allows" in str(error)


@pytest.mark.parametrize("number", ["-1000000", DIGITS, "1e999", "NaN", "true", '"9"', "0", "[]"])
async def test_a_budget_for_tokens_ends_whatever_is_reported(connected: Connecting, number: str) -> None:
    """The worst case counts, and the user is told once."""
    usage = f'{{"choices": [], "usage": {{"prompt_tokens": {number}, "completion_tokens": {number}}}}}'
    async with ScriptedServer(events(chunk(0, {"content": "a"}, "stop"), usage, "[DONE]")) as server:
        spending = Spending(Budget(seconds=None, tokens=500))
        model = BudgetedModel(connected(server.url), spending, Sampling(max_tokens=100), 1000)
        while await model.complete(lambda limit: PROMPT):
            pass
    prompt = len("a secret prompt") + 6
    calls = -(-500 // (prompt + 100))
    assert (spending.calls, spending.prompt_tokens, spending.completion_tokens) == (calls, calls * prompt, calls * 100)
    assert model.notes == [IMPOSSIBLE_USAGE]


async def test_half_characters_do_not_reach_the_next_prompt(connected: Connecting) -> None:
    async with ScriptedServer(events(chunk(0, {"content": "a\ud800b"}, "stop"), "[DONE]"), Answer()) as server:
        endpoint = connected(server.url)
        reply = (await endpoint.complete(PROMPT, Sampling())).replies[0].text
        await endpoint.complete([Message("user", reply)], Sampling())
    assert server.requests[1].body["messages"][0]["content"] == "a\ufffdb"


async def test_other_work_goes_on_during_a_flood(connected: Connecting) -> None:
    """The event loop serves the editor at the same time."""
    turns = count()

    async def other_work() -> None:
        while True:
            next(turns)
            await asyncio.sleep(0)

    async with ScriptedServer(endless(b":" + b"x" * 8000 + b"\n")) as server:
        work = asyncio.create_task(other_work())
        await refused(connected(server.url))
        work.cancel()
    assert next(turns) > 100


def test_the_text_of_a_page_is_found() -> None:
    text = "<!DOCTYPE html><style>p {a < b}</style><TITLE> Bad\n gateway</TITLE><script>if (a<b) c</script><p>1 < 2</p>"
    assert text_of(text).split() == ["Bad", "gateway", "1", "<", "2"] and title_of(text) == "Bad\n gateway"
    assert title_of("<title>never closed") == title_of("no page") == ""


def test_long_numbers_are_no_context_window() -> None:
    message = f"This model's maximum context length is {DIGITS * 20} tokens"
    found = reported_context_window(message, {"n_ctx": 10**400, "n_prompt_tokens": True, "code": ["x"]})
    assert found is not None and found.context is None
