"""What is known of a model server: its address, its key and the timeouts of requests to it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reloc_lsp.inference.api_keys import Key, hide
from reloc_lsp.inference.base_url import Address
from reloc_lsp.inference.request_timeouts import RequestTimeouts

_MAX_QUOTE = 300
"""Characters of the server's own text that an error message quotes; chosen by hand."""
MAX_READ = 20_000
"""Characters of the server's own text that are read at all: hiding secrets in a text takes time. Chosen by hand."""


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """A model server.

    `key_variable` names the environment variable that holds its key, for messages. `shares_processors` says whether it
    computes on the processors of this machine.
    """

    address: Address
    key: Key | None
    key_variable: str
    timeouts: RequestTimeouts
    shares_processors: bool = False

    def without_secrets(self, text: str) -> str:
        """`text` on one line, without the key and the login."""
        secrets = (*self.address.secrets, *((self.key.value,) if self.key else ()))
        return " ".join(hide(text[:MAX_READ], secrets).split())

    def quote(self, text: str) -> str:
        """`text` for a sentence: on one line, short, without the key and the login."""
        line = self.without_secrets(text)
        return line if len(line) <= _MAX_QUOTE else line[:_MAX_QUOTE] + " ..."

    def base_url_hint(self) -> str:
        """The end of a sentence that says what to try with a base URL at which there is no model server."""
        url = self.address.url
        return "" if re.search(r"/v\d+\w*(/|$)", url) else f"; most servers want /v1 at its end: {url}/v1"
