"""Requests to the server of a reward model, which is not trusted: no redirects, and bounds of size and time."""

from __future__ import annotations

import ipaddress
import json
import threading
import urllib.request
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from http.client import HTTPResponse
from typing import Any, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")

TIMEOUT = 30.0
"""Seconds that a request may take until its whole answer is there; chosen by hand."""
MAX_ANSWER_BYTES = 16 << 20
"""Bytes of an answer that is read. Chosen by hand: a score takes about 100 bytes."""
MAX_ERROR_BYTES = 64 << 10
"""Bytes of an error page that are read. Chosen by hand: the message of an error has a few hundred."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect is an error: the key and the texts are meant for the server that the user named."""

    def redirect_request(self, *_: object) -> None:
        """There is no other request."""


def exchange(url: str, headers: Mapping[str, str], body: object = None) -> object:
    """The answer of a server as a JSON value. With a `body`, which is sent as JSON, the request is a POST.

    Raises `OSError`, of which `HTTPError` is one, `HTTPException`, and `ValueError` if the answer is no JSON.
    """
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {**headers, "Accept-Encoding": "identity"})
    return _in_time(lambda: _answer(request))


def error_page(page: Any) -> object:
    """The JSON value of an error's page; raises `OSError`, or `ValueError` if it is none or too long."""
    return _in_time(lambda: _json(page.read(MAX_ERROR_BYTES + 1), MAX_ERROR_BYTES))


def _answer(request: urllib.request.Request) -> object:
    # No proxy leads to a server on this machine.
    proxies = [urllib.request.ProxyHandler({})] if _is_local(request.full_url) else []
    opener = urllib.request.build_opener(_NoRedirects, *proxies)
    response: HTTPResponse
    with opener.open(request, timeout=TIMEOUT) as response:
        return _json(response.read(MAX_ANSWER_BYTES + 1), MAX_ANSWER_BYTES)


def _json(data: bytes, most: int) -> object:
    if len(data) > most:
        raise ValueError(f"the answer has more than {most:,} bytes")
    try:
        value: object = json.loads(data)
    except RecursionError:
        raise ValueError("the answer is nested too deeply") from None
    return value


def _is_local(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _in_time(call: Callable[[], T]) -> T:
    """What `call` returns or raises; raises `TimeoutError` after `TIMEOUT` seconds.

    The socket's own timeout starts anew with every byte. A call that takes too long goes on in a thread that nobody
    waits for.
    """
    ended: Future[T] = Future()

    def run() -> None:
        try:
            ended.set_result(call())
        except BaseException as error:
            ended.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return ended.result(TIMEOUT)
