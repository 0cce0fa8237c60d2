"""Why a request failed, as a sentence for the person who must act."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from reloc_lsp.inference.connection_errors import connection_error
from reloc_lsp.inference.server_info import ServerInfo
from reloc_lsp.search.interfaces.language_model import ModelError

_MAY_PASS = (408, 409, 429)
"""HTTP statuses below 500 after which the same request may succeed: timeout, conflict, too many requests."""


class UnusableAnswerError(Exception):
    """The answer is not one of a model server: `what` is the predicate of a sentence about it, `text` its text."""

    def __init__(self, what: str, text: str = "") -> None:
        super().__init__(what)
        self.what, self.text = what, text


class SilenceError(Exception):
    """The server sent nothing for too long; `begun` is true if a part of the answer had arrived before."""

    def __init__(self, *, begun: bool) -> None:
        super().__init__("silence")
        self.begun = begun


class RefusalError(Exception):
    """The server answered with HTTP status 200 and an error in the answer, whose JSON object is `body`."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        super().__init__("refusal")
        self.body = body


@dataclass(frozen=True, slots=True)
class RequestFailure:
    """A request that failed.

    `error` is what to raise. `may_pass` is true if the same request may succeed later, `retry_after` is the number of
    seconds after which the server asks for it. `status` is the HTTP status, if there is one. `message` is the server's
    own message without secrets; `body` is everything it sent, which may contain secrets.
    """

    error: ModelError
    may_pass: bool = False
    retry_after: float | None = None
    status: int | None = None
    message: str = ""
    body: object = field(default=None, repr=False)


def failure_of(error: Exception, server: ServerInfo) -> RequestFailure:
    """What `error`, raised by the client or while its answer was read, means."""
    if isinstance(error, SilenceError):
        return RequestFailure(_silence(error, server))
    if isinstance(error, UnusableAnswerError | ValueError):
        return RequestFailure(_unusable(error, server))
    if isinstance(error, RefusalError):
        return _refusal(None, error.body, {}, server)
    status, body = getattr(error, "status_code", None), getattr(error, "body", None)
    if isinstance(status, int) and status >= 400:
        return _refusal(status, body, getattr(error, "response").headers, server)  # noqa: B009
    if body is not None:
        return _refusal(None, body, {}, server)
    connection = connection_error(error, server.address, server.timeouts.connect)
    return RequestFailure(connection.error, connection.may_pass)


def parse_retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a `Retry-After` header asks to wait, which it gives as a number or as a date (RFC 9110, 10.2.3)."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(text).astimezone(UTC) - datetime.now(UTC)).total_seconds())
    except ValueError:
        return None


def _refusal(status: int | None, body: object, headers: Mapping[str, str], server: ServerInfo) -> RequestFailure:
    inner = body.get("error", body) if isinstance(body, Mapping) else body
    code = inner.get("code") if isinstance(inner, Mapping) else None
    status = status or (code if isinstance(code, int) else None)
    message = server.without_secrets(_message(inner))
    retry_after = parse_retry_after(headers)
    spent = code == "insufficient_quota"
    may_pass = status is not None and (status in _MAY_PASS or status >= 500) and not spent
    sentence = _refusal_sentence(status, message, spent, server)
    if retry_after is not None and may_pass:
        sentence += f" The server asks to wait {retry_after:.0f} s."
    error = ModelError(sentence, permanent=spent or status in (401, 402, 403))
    return RequestFailure(error, may_pass, retry_after, status=status, message=message, body=inner)


def _refusal_sentence(status: int | None, message: str, spent: bool, server: ServerInfo) -> str:
    url = server.address.url
    reason = ": ".join(filter(None, (str(status or ""), server.quote(message))))
    reason = f" ({reason})" if reason else ""
    if status in (401, 403):
        return _key_sentence(reason, server)
    if spent or status == 402:
        return f"The account at {url} has nothing left to spend{reason}. Top it up, or choose another model server."
    if status == 429:
        return f"{url} is asked more often than it allows{reason}. Wait a little, or ask for less at once."
    if status is not None and status >= 500:
        return f"{url} failed{reason}. The reason is in the log of the model server."
    return f"{url} refuses the request{reason}."


def _key_sentence(reason: str, server: ServerInfo) -> str:
    url = server.address.url
    if server.address.login:
        return f"{url} refuses the login written into the base URL{reason}. Correct it there."
    if server.key is None:
        return f"{url} wants a key{reason}. Put it into the environment variable {server.key_variable}."
    return f"{url} refuses the key from {server.key.source}{reason}. Put the right one into that environment variable."


def _silence(silence: SilenceError, server: ServerInfo) -> ModelError:
    url, timeouts = server.address.url, server.timeouts
    if silence.begun:
        return ModelError(
            f"{url} stopped in the middle of an answer: nothing came for {timeouts.between_tokens:g} s. "
            "It is stuck or overloaded; look at the log of the model server, or restart it."
        )
    return ModelError(
        f"{url} took the request and answered nothing for {timeouts.first_token:g} s. It is stuck, overloaded or "
        "still loading its model; look at the log of the model server."
    )


def _unusable(error: UnusableAnswerError | ValueError, server: ServerInfo) -> ModelError:
    unusable = error if isinstance(error, UnusableAnswerError) else UnusableAnswerError("is not whole, or not JSON")
    url, text = server.address.url, unusable.text
    if unusable.what == "is a web page":
        title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
        named = f" ({server.quote(title[1])})" if title else ""
        return ModelError(
            f"What answers at {url} is a web page{named}, not a model server. Check the base URL"
            f"{server.base_url_hint()}.",
            permanent=True,
        )
    quoted = f": {server.quote(text)}" if text else ""
    return ModelError(
        f"The answer of {url} {unusable.what}{quoted}. Check that this is an OpenAI-compatible model server, "
        "and look at its log."
    )


def _message(body: Any) -> str:
    """The message in the body of a refusal; of a web page, its text without tags."""
    if isinstance(body, Mapping):
        message = body.get("message") or body.get("detail") or body.get("error") or body
        return message if isinstance(message, str) else json.dumps(message, default=str)
    text = "" if body is None else str(body)
    return re.sub(r"<style.*?</style>|<script.*?</script>|<[^>]*>", " ", text, flags=re.DOTALL | re.IGNORECASE)
