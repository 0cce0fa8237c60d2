"""The base URL of a model server, separated from the login that may be written into it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from reloc_lsp.search.interfaces.language_model import ModelError

_LOOPBACK = re.compile(r"localhost|127(\.\d+){3}|::1")


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a server: `url` may be shown, `login` is the `user:password` that was written into it."""

    url: str
    host: str
    login: str | None = field(default=None, repr=False)

    @property
    def of_openai(self) -> bool:
        """Whether this is OpenAI's own service, which alone may receive OpenAI's own key."""
        return self.host == "api.openai.com" and self.url.startswith("https://")

    @property
    def local(self) -> bool:
        """Whether the server is on this machine, which no proxy leads to."""
        return _LOOPBACK.fullmatch(self.host) is not None

    @property
    def secrets(self) -> tuple[str, ...]:
        """The parts of the login that must not be shown."""
        return (self.login, *self.login.split(":", 1)) if self.login else ()


def parse_address(text: str) -> Address:
    """The address in `text`. Raises a permanent `ModelError`, which shows no secret part, where there is none."""
    text = text.strip()
    shown = without_secrets(text)
    if not _is_url(text):
        raise _invalid(shown, "is not a URL")
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _invalid(shown, "does not begin with http:// or https:// and a host")
    if parts.query or parts.fragment:
        raise _invalid(shown, "goes on with ? or #, and a base URL ends with its path")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    host_and_port = host if parts.port is None else f"{host}:{parts.port}"
    login = unquote(parts.netloc.rpartition("@")[0]) or None
    return Address(f"{parts.scheme}://{host_and_port}{parts.path.rstrip('/')}", parts.hostname, login)


def _is_url(text: str) -> bool:
    try:
        return urlsplit(text).port != 0
    except ValueError:
        return False


def without_secrets(text: str) -> str:
    """`text` without a login, a query or a fragment, all of which may contain secrets."""
    scheme, separator, rest = text.rpartition("://")
    return scheme + separator + re.split(r"[?#]", rest.rpartition("@")[2])[0]


def _invalid(shown: str, why: str) -> ModelError:
    example = "Write it like http://127.0.0.1:8000/v1 or https://models.example.org/v1."
    return ModelError(f"The base URL {shown!r} of the model server {why}. {example}", permanent=True)
