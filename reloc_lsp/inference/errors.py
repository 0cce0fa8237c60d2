"""Why a request failed, as a sentence for the person who must act."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import quote

from reloc_lsp.inference.answers.exceptions import (
    WEB_PAGE,
    RedirectError,
    RefusalError,
    SilenceError,
    UnusableAnswerError,
)
from reloc_lsp.inference.answers.web_page import text_of, title_of
from reloc_lsp.inference.base_url import without_secrets
from reloc_lsp.inference.connection_errors import causes_of, connection_error
from reloc_lsp.inference.server_info import MAX_READ, ServerInfo
from reloc_lsp.search.interfaces.language_model import ModelError

_NUMBER = re.compile(r"\d+(\.\d+)?", re.ASCII)
_LONGEST_WAIT = 86_400.0
"""Seconds that a server's wish to wait counts at the most; no request waits for so long. Chosen by hand."""
_MAY_PASS = (408, 409, 429)
"""HTTP statuses below 500 after which the same request may succeed: timeout, conflict, too many requests.

Those from 500 on may pass too, except 501: not implemented.
"""


@dataclass(frozen=True, slots=True)
class RequestFailure:
    """A request that failed.

    `error` is what to raise. `may_pass` is true if the same request may succeed later, `retry_after` is the number of
    seconds after which the server asks for it. `status` is the HTTP status, if there is one. `message` is the server's
    own message without secrets, `code` its name of the error. `body` is all that it sent, which may contain secrets.
    `foreign` is true if something else than a model server answered: a web page, or a redirect.
    """

    error: ModelError
    may_pass: bool = False
    retry_after: float | None = None
    status: int | None = None
    message: str = ""
    code: str = ""
    body: object = field(default=None, repr=False)
    foreign: bool = False


def failure_of(error: Exception, server: ServerInfo) -> RequestFailure:
    """What `error`, raised by the client or while its answer was read, means."""
    for cause in causes_of(error):
        match cause:
            case SilenceError():
                return RequestFailure(_silence(cause, server))
            case RedirectError():
                return RequestFailure(_redirect(cause, server), foreign=True)
            case RefusalError():
                return _refusal(cause, server)
            case UnusableAnswerError():
                return RequestFailure(_unusable(cause, server), foreign=cause.what == WEB_PAGE)
    if isinstance(error, ValueError):
        return RequestFailure(_unusable(UnusableAnswerError("is not whole, or not JSON"), server))
    connection = connection_error(error, server.address, server.timeouts.connect)
    return RequestFailure(connection.error, connection.may_pass)


def parse_retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a `Retry-After` header asks to wait, which it gives as a number or as a date (RFC 9110, 10.2.3)."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        seconds = float(text) if _NUMBER.fullmatch(text) else _seconds_until(text)
    except (ValueError, OverflowError):
        return None
    return min(max(0.0, seconds), _LONGEST_WAIT)


def _seconds_until(date: str) -> float:
    return (parsedate_to_datetime(date).astimezone(UTC) - datetime.now(UTC)).total_seconds()


def _refusal(refusal: RefusalError, server: ServerInfo) -> RequestFailure:
    body = refusal.body
    inner = body.get("error", body) if isinstance(body, Mapping) else body
    code = inner.get("code") if isinstance(inner, Mapping) else None
    status = refusal.status or (code if isinstance(code, int) and 100 <= code < 600 else None)
    message = server.without_secrets(_message(inner))
    retry_after = parse_retry_after(refusal.headers)
    spent = code == "insufficient_quota"
    may_pass = status is not None and (status in _MAY_PASS or status >= 500) and status != 501 and not spent
    sentence = _refusal_sentence(status, message, spent, server)
    if retry_after is not None and may_pass:
        sentence += f" The server asks to wait {retry_after:.0f} s."
    error = ModelError(sentence, permanent=spent or status in (401, 402, 403))
    return RequestFailure(error, may_pass, retry_after, status=status, message=message, code=_name(inner), body=inner)


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


def _name(body: object) -> str:
    """The server's name of the error: its code or its type; empty if there is none."""
    names = (body.get("code"), body.get("type")) if isinstance(body, Mapping) else ()
    return next((name for name in names if isinstance(name, str)), "")


def _redirect(redirect: RedirectError, server: ServerInfo) -> ModelError:
    url, where = server.address.url, without_secrets(redirect.location)
    # As in an address: every other character is written by its number.
    shown = server.quote(quote(where, safe="/:?#[]@!$&'()*+,;=%~"))
    return ModelError(
        f"{url} asks to send requests to {shown or 'an address that it does not name'}, and nothing was sent there: a "
        "prompt goes to the base URL alone. If you trust that address, make it the base URL.",
        permanent=True,
    )


def _unusable(error: UnusableAnswerError, server: ServerInfo) -> ModelError:
    url, text = server.address.url, error.text
    if error.what == WEB_PAGE:
        title = server.quote(title_of(text[:MAX_READ]))
        named = f" ({title})" if title else ""
        return ModelError(
            f"What answers at {url} is a web page{named}, not a model server. Check the base URL"
            f"{server.base_url_hint()}.",
            permanent=True,
        )
    quoted = f": {server.quote(text)}" if text else ""
    return ModelError(
        f"The answer of {url} {error.what}{quoted}. Check that this is an OpenAI-compatible model server, "
        "and look at its log."
    )


def _message(body: object) -> str:
    """The message in the body of a refusal; of a web page, its text without tags."""
    if not isinstance(body, Mapping):
        return "" if body is None else text_of(str(body)[:MAX_READ])
    message = body.get("message") or body.get("detail") or body.get("error") or body
    if isinstance(message, str):
        return message
    try:
        return json.dumps(message)
    except RecursionError:
        return "an error that is nested too deeply to be shown"
