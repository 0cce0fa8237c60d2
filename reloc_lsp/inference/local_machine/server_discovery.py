"""Finds the model servers that run on this machine at the ports where they usually listen, and tells which they are."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reloc_lsp.inference.answers.exceptions import UnusableAnswerError
from reloc_lsp.inference.answers.json_text import parsed_json, without_surrogates

PORTS = (8000, 8080, 11434, 1234)
"""Where vLLM, llama.cpp, Ollama and LM Studio listen by default."""
TIMEOUT_SECONDS = 0.3
"""Longest time that the search for servers takes. On a loopback address they answer within milliseconds."""
_MAX_BYTES = 1 << 20
"""Bytes of an answer that are read; the longest known list of models has as many. Chosen by hand."""
_MAX_MODELS, _MAX_NAME = 100, 200
"""Models of a server that are read, and characters of a name; longer ones are left out. Chosen by hand."""

_SIGNS = (
    ("llama.cpp", "/props", "default_generation_settings"),
    ("Ollama", "/api/version", "version"),
    ("LM Studio", "/api/v0/models", "data"),
    ("vLLM", "/version", "version"),
)
"""What a server answers at a path by which it is recognized: an object with this key."""
_CODE = re.compile(r"code|codestral|devstral|starcoder", re.IGNORECASE)
"""Names of models that are made for code."""
_NO_CHAT_MODEL = re.compile(r"embed|rerank|whisper|tts|bge-|minilm", re.IGNORECASE)
"""Names of models that cannot write code."""


@dataclass(frozen=True, slots=True)
class FoundServer:
    """A model server that runs on this machine: its program, its base URL, and the models that it reports.

    It reports none if it wants a key.
    """

    program: str
    url: str
    models: tuple[str, ...]
    wants_key: bool = False

    @property
    def model(self) -> str | None:
        """The model to ask: the first one for code, else the first that may chat; `None` if there is none."""
        chatting = [name for name in self.models if not _NO_CHAT_MODEL.search(name)]
        return next((name for name in chatting if _CODE.search(name)), next(iter(chatting), None))


async def find_servers(ports: Sequence[int] | None = None) -> list[FoundServer]:
    """The model servers at these ports of this machine (none: `PORTS`), in their order; no key is sent to them."""
    found = await asyncio.gather(*(_find_server(port) for port in (PORTS if ports is None else ports)))
    return [server for server in found if server is not None]


async def _find_server(port: int) -> FoundServer | None:
    with contextlib.suppress(OSError, UnusableAnswerError, TimeoutError):
        async with asyncio.timeout(TIMEOUT_SECONDS):
            status, listing = await _get(port, "/v1/models")
            models = _names(listing)
            wants_key = status == 401 and isinstance(listing, Mapping) and "error" in listing
            if wants_key or models is not None:
                program = await _program(port)
                return FoundServer(program, f"http://127.0.0.1:{port}/v1", models or (), wants_key)
    return None


async def _program(port: int) -> str:
    answers = await asyncio.gather(*(_has_key(port, path, key) for _, path, key in _SIGNS))
    return next((sign[0] for sign, there in zip(_SIGNS, answers, strict=True) if there), "A model server")


async def _has_key(port: int, path: str, key: str) -> bool:
    """Whether the answer at a path is an object with a key."""
    with contextlib.suppress(OSError, UnusableAnswerError):
        _, answer = await _get(port, path)
        return isinstance(answer, Mapping) and key in answer
    return False


def _names(listing: object) -> tuple[str, ...] | None:
    """The names in a list of models; `None` if it is none."""
    models = listing.get("data") if isinstance(listing, Mapping) else None
    if not isinstance(models, list):
        return None
    names = [model.get("id") for model in models[:_MAX_MODELS] if isinstance(model, Mapping)]
    return tuple(without_surrogates(name) for name in names if isinstance(name, str) and 0 < len(name) <= _MAX_NAME)


async def _get(port: int, path: str) -> tuple[int, object]:
    """The status and the JSON at a path. Raises `OSError`, and `UnusableAnswerError` for any other answer.

    It is sent as HTTP/1.0, so that the answer comes in one piece and ends with the connection. Unlike with the HTTP
    client of the standard library, a timeout ends everything.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nAccept: application/json\r\n\r\n".encode())
        answer = bytearray()
        while part := await reader.read(_MAX_BYTES):
            answer += part
            if len(answer) > _MAX_BYTES:
                raise UnusableAnswerError("is too long")
    finally:
        writer.close()
    head, _, body = bytes(answer).partition(b"\r\n\r\n")
    status = re.match(rb"HTTP/1\.\d (\d{3})\b", head)
    if status is None:
        raise UnusableAnswerError("is not HTTP")
    return int(status[1]), parsed_json(body.decode("utf-8", "replace"))
