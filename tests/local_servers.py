"""Small HTTP servers that answer as the programs do that serve models on a user's machine."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def model_list(*names: str) -> str:
    return json.dumps({"object": "list", "data": [{"id": name, "object": "model"} for name in names]})


LLAMA_CPP = {"/v1/models": model_list("model.gguf"), "/props": '{"default_generation_settings": {}}'}
OLLAMA = {
    "/v1/models": model_list("nomic-embed-text", "llama3.2", "qwen2.5-coder:1.5b"),
    "/api/version": '{"version": "0.13.1"}',
}
LM_STUDIO = {"/v1/models": model_list("text-embedding-nomic", "gemma-3"), "/api/v0/models": '{"data": []}'}
VLLM = {"/v1/models": model_list("Qwen/Qwen2.5-Coder-7B-Instruct"), "/version": '{"version": "0.33.0"}'}


class LocalServer:
    """A server on this machine: what it was asked, with all headers, and its port."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.requests: list[tuple[str, Mapping[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"


@contextlib.contextmanager
def serving(answers: Mapping[str, str], *, key: bool = False) -> Iterator[LocalServer]:
    """A server with these answers by path, 404 for others; with `key` none without one."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.requests.append((self.path, dict(self.headers)))
            refused = key and self.path.startswith("/v1/") and "Authorization" not in self.headers
            status = 401 if refused else 200 if self.path in answers else 404
            body = ('{"error": "Unauthorized"}' if refused else answers.get(self.path, "<h1>Not found</h1>")).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = LocalServer(http.server_port)
    thread = threading.Thread(target=http.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield served
    finally:
        http.shutdown()
        thread.join()
        http.server_close()


@contextlib.contextmanager
def sending(data: bytes, *, forever: bool = False) -> Iterator[int]:
    """The port of a program that sends `data` to whoever connects, `forever` or once, and keeps the connection open."""
    with socket.create_server(("127.0.0.1", 0)) as listener, contextlib.ExitStack() as connections:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection = connections.enter_context(listener.accept()[0])
                    connection.sendall(data)
                    while forever:
                        connection.sendall(data)

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
