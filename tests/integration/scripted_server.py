"""A model server on real sockets that follows a script, including every way in which such servers misbehave."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 429: "Too Many Requests"}


@dataclass
class Request:
    """A request that was received.

    `begun` is set when the scene has sent everything before its pause, if it has one. `left` is set when the client
    closes the connection before the answer is complete.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)


class Wire:
    """The connection to the client of one request. `raw` sends bytes; the other methods send parts of a response."""

    def __init__(self, request: Request, writer: asyncio.StreamWriter) -> None:
        self.request = request
        self._writer = writer

    async def head(self, status: int, kind: str, headers: Mapping[str, str], length: int | None) -> None:
        size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
        lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Whatever')}", size, "Connection: close"]
        lines += [f"Content-Type: {kind}"] if kind else []
        lines += [f"{name}: {value}" for name, value in headers.items()]
        await self.raw(("\r\n".join(lines) + "\r\n\r\n").encode())

    async def event(self, data: str) -> None:
        text = f"data: {data}\n\n".encode()
        await self.raw(f"{len(text):x}\r\n".encode() + text + b"\r\n")

    async def end(self) -> None:
        await self.raw(b"0\r\n\r\n")

    async def raw(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def forever(self) -> None:
        """Send nothing more; return when the client closes the connection."""
        self.request.begun.set()
        await self.request.left.wait()


Scene = Callable[[Wire], Awaitable[None]]


@dataclass(frozen=True)
class Answer:
    """A scene with a valid answer, except for what the fields change.

    `texts` are the replies, used in turn; each is sent word by word, with a pause of `pause` seconds before each word.
    `usage` is the number of prompt, cached and completion tokens, or `None` for a server that reports none. `refuses`
    are parameters that the server does not know. If `stops_after` is given, the server stops after this number of
    words: it hangs if `then` is "hang", and otherwise closes the connection. `log_probability` is that of each token of
    a text completion; none are reported without it, or if the request does not ask for them.
    """

    texts: Sequence[str] = ("def f(a):\n    return a + 1\n",)
    honours_n: bool = True
    refuses: tuple[str, ...] = ()
    usage: tuple[int, int | None, int] | None = (20, None, 9)
    finish: str | None = "stop"
    streams: bool = True
    done: bool = True
    pause: float = 0.0
    stops_after: int | None = None
    then: str = "hang"
    log_probability: float | None = None

    async def __call__(self, wire: Wire) -> None:
        body = wire.request.body
        refused = next((name for name in self.refuses if name in body), None)
        if refused is not None:
            await status(400, {"error": {"message": f"Unknown parameter: '{refused}'.", "param": refused}})(wire)
            return
        number = body.get("n", 1) if self.honours_n else 1
        texts = [self.texts[index % len(self.texts)] for index in range(number)]
        if self.streams:
            await self._stream(wire, texts)
        else:
            choices = [
                {"index": index, **self._content(wire.request, text, "message"), "finish_reason": self.finish}
                for index, text in enumerate(texts)
            ]
            await status(200, {"object": "chat.completion", "choices": choices, "usage": self._usage()})(wire)

    async def _stream(self, wire: Wire, texts: Sequence[str]) -> None:
        await wire.head(200, "text/event-stream; charset=utf-8", {}, None)
        sent = 0
        for index, text in enumerate(texts):
            if "messages" in wire.request.body:
                await wire.event(chunk(index, {"role": "assistant", "content": ""}))
            for number, word in enumerate(text.split(" ")):
                if sent == self.stops_after:
                    if self.then == "hang":
                        await wire.forever()
                    return
                await asyncio.sleep(self.pause)
                await wire.event(choice(index, self._content(wire.request, f" {word}" if number else word, "delta")))
                sent += 1
        for index in range(len(texts)):
            await wire.event(choice(index, self._content(wire.request, "", "delta"), self.finish))
        if self.usage is not None and wire.request.body.get("stream_options", {}).get("include_usage"):
            await wire.event(json.dumps({"object": "chat.completion.chunk", "choices": [], "usage": self._usage()}))
        if self.done:
            await wire.event("[DONE]")
        await wire.end()

    def _content(self, request: Request, text: str, member: str) -> dict[str, Any]:
        """What a choice says, in the shape of a chat or of a text completion."""
        if "messages" in request.body:
            return {member: {"role": "assistant", "content": text} if member == "message" else {"content": text}}
        if self.log_probability is None or "logprobs" not in request.body:
            return {"text": text}
        tokens = [text[:1], text[1:]] if len(text) > 1 else [text] * bool(text)
        values = [self.log_probability] * len(tokens)
        return {"text": text, "logprobs": {"tokens": tokens, "token_logprobs": values, "text_offset": [0]}}

    def _usage(self) -> dict[str, Any] | None:
        if self.usage is None:
            return None
        prompt, cached, completion = self.usage
        counted: dict[str, Any] = {
            "prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion,
        }  # fmt: skip
        if cached is not None:
            counted["prompt_tokens_details"] = {"cached_tokens": cached}
        return counted


def chunk(index: int, delta: Mapping[str, Any], finish: str | None = None) -> str:
    """One piece of a streamed answer to a chat."""
    return choice(index, {"delta": delta}, finish)


def choice(index: int, content: Mapping[str, Any], finish: str | None = None) -> str:
    """One piece of a streamed answer, a chat's or another."""
    part = {"index": index, **content, "finish_reason": finish}
    return json.dumps({"id": "c", "object": "chat.completion.chunk", "model": "tiny", "choices": [part]})


def status(code: int, body: object, headers: Mapping[str, str] | None = None) -> Scene:
    """An answer with this HTTP status and JSON body."""
    return page(json.dumps(body), "application/json", code, headers)


def page(text: str, kind: str, code: int = 200, headers: Mapping[str, str] | None = None) -> Scene:
    """An answer that consists of exactly this text."""

    async def scene(wire: Wire) -> None:
        data = text.encode()
        await wire.head(code, kind, headers or {}, len(data))
        await wire.raw(data)

    return scene


def events(*data: str) -> Scene:
    """A stream of these events."""

    async def scene(wire: Wire) -> None:
        await wire.head(200, "text/event-stream", {}, None)
        for item in data:
            await wire.event(item)
        await wire.end()

    return scene


async def hang(wire: Wire) -> None:
    """Never send a byte."""
    await wire.forever()


async def hang_up(wire: Wire) -> None:
    """Close the connection without an answer."""


class ScriptedServer:
    """`async with ScriptedServer(scene, ...) as server`: plays one scene per request and repeats the last one.

    It takes requests at `paths`; others do not exist. /v1/models lists `models`, or answers with the scene `listing`.
    `requests` are the requests received at `paths`, `listings` those for the models, `lost` the paths of all others.
    `busiest` is the highest number of requests in progress at the same time.
    """

    def __init__(
        self,
        *scenes: Scene,
        models: Sequence[str] = ("tiny",),
        listing: Scene | None = None,
        paths: Sequence[str] = ("/v1/chat/completions",),
    ) -> None:
        self._paths = paths
        self.lost: list[str] = []
        self._scenes = list(scenes) or [Answer()]
        self._listing = listing or status(200, {"object": "list", "data": [{"id": name} for name in models]})
        self.requests: list[Request] = []
        self.listings: list[Request] = []
        self.busiest = 0
        self._busy = 0
        self._arrival = asyncio.Condition()
        self._connections: set[asyncio.Task[None]] = set()

    @property
    def root(self) -> str:
        """The address without a path."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The base URL."""
        return f"{self.root}/v1"

    async def received(self, number: int) -> list[Request]:
        """Wait for `number` requests, and return all of them."""
        async with self._arrival:
            await self._arrival.wait_for(lambda: len(self.requests) >= number)
        return self.requests

    async def __aenter__(self) -> ScriptedServer:
        self._server = await asyncio.start_server(self._connection, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            first = await reader.readexactly(1)
            if first == b"\x16":  # The first byte of TLS, which this server does not support.
                writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                return
            request = await self._read(first, reader)
            watching = asyncio.create_task(self._watch(reader, request))
            try:
                await self._answer(request, Wire(request, writer))
            except ConnectionError:
                request.left.set()
            watching.cancel()
        except asyncio.IncompleteReadError:
            pass  # The client opened a connection without using it.
        finally:
            writer.close()
            self._connections.discard(task)

    async def _answer(self, request: Request, wire: Wire) -> None:
        if request.path in self._paths:
            scene = self._scenes.pop(0) if len(self._scenes) > 1 else self._scenes[0]
            self._busy += 1
            self.busiest = max(self.busiest, self._busy)
            async with self._arrival:
                self.requests.append(request)
                self._arrival.notify_all()
            try:
                await scene(wire)
            finally:
                self._busy -= 1
        elif request.path == "/v1/models":
            self.listings.append(request)
            await self._listing(wire)
        else:
            self.lost.append(request.path)
            await status(404, {"detail": "Not Found"})(wire)

    @staticmethod
    async def _read(first: bytes, reader: asyncio.StreamReader) -> Request:
        head = (first + await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        method, path, _ = head[0].split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        data = await reader.readexactly(int(headers.get("content-length", 0)))
        return Request(method, path, headers, json.loads(data) if data else {})

    @staticmethod
    async def _watch(reader: asyncio.StreamReader, request: Request) -> None:
        with suppress(ConnectionError):
            await reader.read(1)
        request.left.set()
