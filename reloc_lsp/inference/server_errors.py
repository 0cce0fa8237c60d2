"""What went wrong with a model server, in a sentence for the person who must act."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reloc_lsp.inference.api_keys import Key, hide
from reloc_lsp.inference.base_url import Address
from reloc_lsp.inference.request_timeouts import RequestTimeouts, told_to_wait
from reloc_lsp.inference.stream_assembly import RefusalError, SilenceError, UnusableAnswerError
from reloc_lsp.inference.unreachable import Trouble, unreached
from reloc_lsp.search.language_model import ModelError

_PASSING = (408, 409, 429)
_LONGEST_QUOTE = 300
_LONGEST_READ = 20_000


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """The server that troubles are about, and what is known of it."""

    address: Address
    key: Key | None
    key_variable: str
    patience: RequestTimeouts

    def hidden(self, text: str) -> str:
        """`text` on one line, without anything secret."""
        secrets = (*self.address.secrets, *((self.key.value,) if self.key else ()))
        return " ".join(hide(text[:_LONGEST_READ], secrets).split())

    def quoted(self, text: str) -> str:
        """`text` for a sentence: on one line, without anything secret, short."""
        line = self.hidden(text)
        return line if len(line) <= _LONGEST_QUOTE else line[:_LONGEST_QUOTE] + " ..."

    def trouble(self, error: Exception) -> Trouble:
        """What `error`, raised by an exchange or by the client, means."""
        if isinstance(error, SilenceError):
            return Trouble(self._silence(error))
        if isinstance(error, UnusableAnswerError | ValueError):
            return Trouble(self._unusable(error))
        if isinstance(error, RefusalError):
            return self._refused(None, error.body, {})
        status, body = getattr(error, "status_code", None), getattr(error, "body", None)
        if isinstance(status, int) and status >= 400:
            return self._refused(status, body, getattr(error, "response").headers)  # noqa: B009
        if body is not None:
            return self._refused(None, body, {})
        return unreached(error, self.address, self.patience.connect)

    def _refused(self, status: int | None, body: object, headers: Mapping[str, str]) -> Trouble:
        inner = body.get("error", body) if isinstance(body, Mapping) else body
        code = inner.get("code") if isinstance(inner, Mapping) else None
        status = status or (code if isinstance(code, int) else None)
        words = self.hidden(_words(inner))
        after = told_to_wait(headers)
        spent = code == "insufficient_quota"
        passing = status is not None and (status in _PASSING or status >= 500) and not spent
        sentence = self._sentence(status, words, spent)
        if after is not None and passing:
            sentence += f" The server asks to wait {after:.0f} s."
        error = ModelError(sentence, permanent=spent or status in (401, 402, 403))
        return Trouble(error, passing, after, status, words, inner)

    def _sentence(self, status: int | None, words: str, spent: bool) -> str:
        url = self.address.url
        said = ": ".join(filter(None, (str(status or ""), self.quoted(words))))
        said = f" ({said})" if said else ""
        if status in (401, 403):
            return self._key_sentence(said)
        if spent or status == 402:
            return f"The account at {url} has nothing left to spend{said}. Top it up, or choose another model server."
        if status == 429:
            return f"{url} is asked more often than it allows{said}. Wait a little, or ask for less at once."
        if status is not None and status >= 500:
            return f"{url} failed{said}. The reason is in the log of the model server."
        return f"{url} refuses the request{said}."

    def _key_sentence(self, said: str) -> str:
        url = self.address.url
        if self.address.login:
            return f"{url} refuses the login written into the base URL{said}. Correct it there."
        if self.key is None:
            return f"{url} wants a key{said}. Put it into the environment variable {self.key_variable}."
        return f"{url} refuses the key from {self.key.source}{said}. Put the right one into that environment variable."

    def _silence(self, silence: SilenceError) -> ModelError:
        url, patience = self.address.url, self.patience
        if silence.begun:
            return ModelError(
                f"{url} stopped in the middle of an answer: nothing came for {patience.between_tokens:g} s. "
                "It is stuck or overloaded; look at the log of the model server, or restart it."
            )
        return ModelError(
            f"{url} took the request and answered nothing for {patience.first_token:g} s. It is stuck, overloaded or "
            "still loading its model; look at the log of the model server."
        )

    def _unusable(self, error: UnusableAnswerError | ValueError) -> ModelError:
        unusable = error if isinstance(error, UnusableAnswerError) else UnusableAnswerError("is not whole, or not JSON")
        url, text = self.address.url, unusable.text
        if unusable.what == "is a web page":
            title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
            named = f" ({self.quoted(title[1])})" if title else ""
            return ModelError(
                f"What answers at {url} is a web page{named}, not a model server. Check the base URL{self.hint()}.",
                permanent=True,
            )
        quoted = f": {self.quoted(text)}" if text else ""
        return ModelError(
            f"The answer of {url} {unusable.what}{quoted}. Check that this is an OpenAI-compatible model server, "
            "and look at its log."
        )

    def hint(self) -> str:
        """What to try with a base URL that leads nowhere."""
        url = self.address.url
        return "" if re.search(r"/v\d+\w*(/|$)", url) else f"; most servers want /v1 at its end: {url}/v1"


def _words(body: Any) -> str:
    """What the body of a refusal says."""
    if isinstance(body, Mapping):
        said = body.get("message") or body.get("detail") or body.get("error") or body
        return said if isinstance(said, str) else json.dumps(said, default=str)
    text = "" if body is None else str(body)
    return re.sub(r"<style.*?</style>|<script.*?</script>|<[^>]*>", " ", text, flags=re.DOTALL | re.IGNORECASE)
