"""What the head of a response must be like before its body is read as an answer.

The check runs within the HTTP client, before the client itself looks at the response: so no redirect is followed, no
compressed body is unpacked, whose size nobody knows, and no error page is read without bounds.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Protocol

from reloc_lsp.inference.answers.exceptions import RedirectError, RefusalError, UnusableAnswerError
from reloc_lsp.inference.answers.json_text import parsed_json

MAX_ERROR_BYTES = 64 * 1024
"""Bytes of an error page that are read. Chosen by hand: the message of an error has a few hundred."""
ERROR_SECONDS = 10.0
"""Seconds that an error page may take to arrive; after that, what has arrived counts. Chosen by hand."""


class Response(Protocol):
    """The part of a response of httpx, or of httpx2 with openai 3, that is used here."""

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers; their names are found in upper and lower case."""
        ...

    def aiter_raw(self) -> AsyncIterator[bytes]:
        """The bytes of the body as they arrive."""
        ...


async def check_response(response: Response) -> None:
    """Raise `RedirectError`, `UnusableAnswerError` or `RefusalError` unless the body is to be read."""
    if 300 <= response.status_code < 400:
        raise RedirectError(response.headers.get("location", ""))
    encoding = response.headers.get("content-encoding", "").strip()
    if encoding.lower() not in ("", "identity"):
        raise UnusableAnswerError("is compressed, though the request asked for one that is not", encoding)
    if response.status_code >= 400:
        page = (await _error_page(response)).decode("utf-8", "replace")
        try:
            body: object = parsed_json(page)
        except UnusableAnswerError:
            body = page
        raise RefusalError(body, response.status_code, response.headers)


async def _error_page(response: Response) -> bytes:
    page = bytearray()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(ERROR_SECONDS):
            async for part in response.aiter_raw():
                page += part
                if len(page) >= MAX_ERROR_BYTES:
                    break
    return bytes(page[:MAX_ERROR_BYTES])
