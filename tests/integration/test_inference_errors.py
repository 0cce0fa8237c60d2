"""Servers that fail, refuse, hang or answer nonsense: a retry where it may help, else a helpful sentence."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest
from scripted_server import Answer, Scene, ScriptedServer, Wire, chunk, events, hang, hang_up, page, status

from reloc_lsp.inference.endpoint import Endpoint
from reloc_lsp.inference.model_factory import connect
from reloc_lsp.inference.request_timeouts import RequestTimeouts
from reloc_lsp.search.interfaces.language_model import Message, ModelError, Sampling

PROMPT = [Message("user", "def f(a): return a")]
QUICK = RequestTimeouts(connect=2, first_token=5, between_tokens=5, listing=5, pause=0.001, longest_pause=0.002)
BUSY = status(503, {"error": {"message": "loading"}})

Connecting = Callable[..., Endpoint]


@pytest.fixture
async def connected() -> AsyncIterator[Connecting]:
    """Connects to a base URL as `tiny`; closes after the test."""
    endpoints: list[Endpoint] = []

    def start(url: str, timeouts: RequestTimeouts = QUICK, **environment: str) -> Endpoint:
        endpoints.append(connect(url, "tiny", environment=environment, timeouts=timeouts))
        return endpoints[-1]

    yield start
    for endpoint in endpoints:
        await endpoint.close()


async def refused(endpoint: Endpoint, count: int = 1) -> ModelError:
    with pytest.raises(ModelError) as caught:
        await endpoint.complete(PROMPT, Sampling(), count)
    return caught.value


@pytest.mark.parametrize(
    "scenes",
    [
        (status(500, {}), page("<html>Bad gateway</html>", "text/html", 502)),
        (status(429, {"error": {"message": "slow down"}}, {"Retry-After": "0.01"}),),
        (status(408, {}), status(409, {})),
        (hang_up, hang_up),
        (Answer(stops_after=1, then="hang up"),),
        (events('{"error": {"message": "engine restarts", "code": 503}}'),),
    ],
)
async def test_a_failure_that_may_pass_is_retried(connected: Connecting, scenes: tuple[Scene, ...]) -> None:
    async with ScriptedServer(*scenes, Answer(texts=("the whole reply",))) as server:
        answer = await connected(server.url).complete(PROMPT, Sampling())
    assert answer.replies[0].text == "the whole reply"
    assert len(server.requests) == len(scenes) + 1


async def test_retries_are_bounded_in_number(connected: Connecting) -> None:
    async with ScriptedServer(BUSY) as server:
        error = await refused(connected(server.url, replace(QUICK, attempts=3)))
    assert len(server.requests) == 3
    assert str(error) == f"{server.url} failed (503: loading). The reason is in the log of the model server."
    assert not error.permanent


async def test_retries_are_bounded_in_time(connected: Connecting) -> None:
    async with ScriptedServer(status(429, {}, {"Retry-After": "90"})) as server:
        error = await refused(connected(server.url))
    assert len(server.requests) == 1
    assert "The server asks to wait 90 s." in str(error)


async def test_a_later_failure_does_not_lose_earlier_replies(connected: Connecting) -> None:
    async with ScriptedServer(Answer(honours_n=False), status(400, {"error": "no"})) as server:
        answer = await connected(server.url).complete(PROMPT, Sampling(), 3)
    assert (len(answer.replies), answer.calls) == (1, 1)


async def test_no_server_listens(connected: Connecting) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    for host in ("127.0.0.1", "localhost"):
        error = await refused(connected(f"http://{host}:{port}/v1"))
        assert str(error).startswith(f"Nothing listens at http://{host}:{port}/v1 (connection refused).")
        assert not error.permanent


async def test_an_unknown_host(connected: Connecting, monkeypatch: pytest.MonkeyPatch) -> None:
    async def lookup(*args: object, **named: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", lookup)
    error = await refused(connected("http://no-such-host.invalid/v1"))
    assert str(error).startswith("The host no-such-host.invalid of http://no-such-host.invalid/v1 is not known.")
    assert error.permanent


async def test_https_to_a_plain_server(connected: Connecting) -> None:
    async with ScriptedServer() as server:
        error = await refused(connected(server.url.replace("http:", "https:")))
    assert "write http:// instead" in str(error)
    assert error.permanent


async def test_a_connection_times_out(connected: Connecting) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        url = f"http://127.0.0.1:{full.getsockname()[1]}/v1"
        error = await refused(connected(url, replace(QUICK, connect=0.05, attempts=2)))
        for one in waiting:
            one.close()
    assert f"{url} cannot be reached: no connection within 0.05 s." in str(error)


async def test_a_server_that_never_answers(connected: Connecting) -> None:
    async with ScriptedServer(hang) as server:
        error = await refused(connected(server.url, replace(QUICK, first_token=0.3)))
        await asyncio.wait_for(server.requests[0].left.wait(), 30)
    assert f"{server.url} took the request and answered nothing for 0.3 s." in str(error)
    assert not error.permanent
    assert len(server.requests) == 1


async def test_a_server_that_stops_in_the_middle(connected: Connecting) -> None:
    async with ScriptedServer(Answer(stops_after=2)) as server:
        error = await refused(connected(server.url, replace(QUICK, between_tokens=0.05)))
        await asyncio.wait_for(server.requests[0].left.wait(), 30)
    assert f"{server.url} stopped in the middle of an answer: nothing came for 0.05 s." in str(error)


async def test_keep_alive_comments_do_not_extend_the_timeout(connected: Connecting) -> None:
    async def pinging(wire: Wire) -> None:
        await wire.head(200, "text/event-stream", {}, None)
        await wire.event(chunk(0, {"content": "a"}))
        while not wire.request.left.is_set():
            await wire.raw(b"8\r\n: ping\n\n\r\n")
            await asyncio.sleep(0.01)

    async with ScriptedServer(pinging) as server:
        error = await refused(connected(server.url, replace(QUICK, between_tokens=0.1)))
    assert "stopped in the middle of an answer" in str(error)


@pytest.mark.parametrize("scene", [hang, Answer(stops_after=2)])
@pytest.mark.parametrize("count", [1, 3])
async def test_cancelling_closes_the_connections(connected: Connecting, scene: Scene, count: int) -> None:
    so_far = min(count, 2)
    async with ScriptedServer(*[Answer(honours_n=False)] * so_far, scene) as server:
        endpoint = connected(server.url)
        await endpoint.complete(PROMPT, Sampling(), so_far)
        request = asyncio.create_task(endpoint.complete(PROMPT, Sampling(), count))
        for received in (await server.received(so_far + count))[so_far:]:
            await received.begun.wait()
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
        for received in server.requests[so_far:]:
            await asyncio.wait_for(received.left.wait(), 30)


async def test_a_missing_key(connected: Connecting) -> None:
    async with ScriptedServer(status(401, {"error": {"message": "No key given"}})) as server:
        error = await refused(connected(server.url))
    assert str(error) == (
        f"{server.url} wants a key (401: No key given). Put it into the environment variable RELOC_API_KEY."
    )
    assert error.permanent
    assert server.requests[0].headers["authorization"] == "Bearer none"


async def test_a_wrong_key_and_a_spent_account(connected: Connecting) -> None:
    spent = status(429, {"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}})
    async with ScriptedServer(status(403, {"detail": "Forbidden"}), spent) as server:
        endpoint = connected(server.url, RELOC_API_KEY="abcdef")
        errors = [await refused(endpoint) for _ in range(2)]
    assert str(errors[0]) == (
        f"{server.url} refuses the key from RELOC_API_KEY (403: Forbidden). "
        "Put the right one into that environment variable."
    )
    assert "has nothing left to spend" in str(errors[1])
    assert all(error.permanent for error in errors)


async def test_an_unknown_model_names_those_there_are(connected: Connecting) -> None:
    missing = status(404, {"error": {"message": "The model `tiny` does not exist.", "code": 404}})
    async with ScriptedServer(missing, models=("qwen", "llama")) as server:
        error = await refused(connected(server.url))
    assert str(error) == f"There is no model tiny at {server.url}. It has: qwen, llama. Choose one of these."
    assert error.permanent


async def test_a_model_that_cannot_chat(connected: Connecting) -> None:
    async with ScriptedServer(status(404, {"error": {"message": "No such task for tiny"}})) as server:
        error = await refused(connected(server.url))
    assert str(error).startswith(f"{server.url} cannot chat with the model tiny (No such task for tiny).")


async def test_a_base_url_without_its_path(connected: Connecting) -> None:
    async with ScriptedServer() as server:
        error = await refused(connected(server.root))
    assert str(error) == (
        f"There is no model server at {server.root} (404 for /chat/completions). "
        f"Check the base URL; most servers want /v1 at its end: {server.root}/v1."
    )
    assert error.permanent


@pytest.mark.parametrize(
    ("scene", "sentence", "permanent"),
    [
        (page("<html><title>Welcome to nginx!</title></html>", "text/html"), "is a web page (Welcome to nginx!)", True),
        (page("<html>", "application/json"), "is a web page", True),
        (page('{"choices": [{"index": 0, "mess', "application/json"), "is not whole, or not JSON: ", False),
        (page("[]", "application/json"), "has no reply in it", False),
        (page("", "application/json"), "is empty", False),
        (page("", ""), "is empty", False),
        (page('{"choices": []}', "application/json"), "has no reply in it", False),
        (page('{"error": {"message": "no", "code": 400}}', "application/json"), "refuses the request (400: no)", False),
        (events(chunk(0, {"content": "a"}), '{"choi'), "is not whole, or not JSON", False),
        (events(), "is empty", False),
        (events("[DONE]"), "has no reply in it", False),
        (events('{"error": {"message": "engine died"}}'), "refuses the request (engine died)", False),
        (status(418, {"detail": [{"loc": ["body"], "msg": "odd"}]}), '(418: [{"loc": ["body"], "msg": "odd"}])', False),
    ],
)
async def test_an_unusable_answer(connected: Connecting, scene: Scene, sentence: str, permanent: bool) -> None:
    async with ScriptedServer(scene) as server:
        error = await refused(connected(server.url))
    assert sentence in str(error)
    assert server.url in str(error)
    assert error.permanent == permanent
    assert len(server.requests) == 1


async def test_a_very_long_error_message_is_shortened(connected: Connecting) -> None:
    async with ScriptedServer(status(400, {"error": {"message": "no " * 5000}})) as server:
        error = await refused(connected(server.url))
    assert len(str(error)) < 500


async def one_endless_line(wire: Wire) -> None:
    await wire.head(200, "text/event-stream", {}, None)
    await wire.raw(b"6\r\ndata: \r\n")
    while not wire.request.left.is_set():
        await wire.raw(b"1000\r\n" + b"x" * 4096 + b"\r\n")


async def endless_text(wire: Wire) -> None:
    await wire.head(200, "text/event-stream", {}, None)
    while not wire.request.left.is_set():
        await wire.event(chunk(0, {"content": "x" * 4096}))


@pytest.mark.parametrize("scene", [one_endless_line, endless_text])
async def test_an_endless_answer_is_given_up(
    connected: Connecting, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reloc_lsp.inference.answers.streaming._MAX_ANSWER_BYTES", 2**20)
    async with ScriptedServer(scene) as server:
        error = await refused(connected(server.url))
        await asyncio.wait_for(server.requests[0].left.wait(), 30)
    assert f"The answer of {server.url} is longer than 1 MiB." in str(error)
    assert len(server.requests) == 1
