"""The openai client for one server: loaded late, without retries, redirects, and headers meant for another server."""

from __future__ import annotations

import base64
import importlib.util
import os
import ssl
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from reloc_lsp.inference.answers.response_check import check_response
from reloc_lsp.inference.base_url import Address
from reloc_lsp.inference.server_info import ServerInfo
from reloc_lsp.search.interfaces.language_model import ModelError

if TYPE_CHECKING:
    from openai import AsyncOpenAI, Omit

_PACKAGES = ("openai", "tenacity")
"""What the extra `model` installs."""

_NO_KEY = "none"
"""The key for servers that need none: the client requires one."""


def missing_package() -> str | None:
    """A package that asking a model needs and that is not installed; `None` if all are."""
    return next((package for package in _PACKAGES if importlib.util.find_spec(package) is None), None)


def make_client(server: ServerInfo) -> AsyncOpenAI:
    """A client for `server`. The first call takes about a second, so it must not run on the event loop.

    A login in the base URL is sent instead of a key. Raises a permanent `ModelError` if a package is not installed.
    """
    package = missing_package()
    if package is not None:
        raise ModelError(
            f"Asking a model needs the Python package {package}, which is not installed: "
            "pip install 'reloc-lsp[model]'.",
            permanent=True,
        )
    import openai

    address = server.address
    login = address.login
    key = server.key.value if server.key else _NO_KEY
    credentials = base64.b64encode(login.encode()).decode() if login else key
    headers: dict[str, str | Omit] = {
        **_omitted_headers(address),
        # What a compressed answer unpacks to has no bound.
        "Accept-Encoding": "identity",
        "Authorization": f"{'Basic' if login else 'Bearer'} {credentials}",
    }
    if address.url.startswith("http:"):
        # llama.cpp closes a connection some seconds after its first request, even while the next one is sent. Without
        # TLS a new connection takes less than a millisecond.
        headers["Connection"] = "close"
    client = openai.AsyncOpenAI(
        api_key=key,
        base_url=address.url,
        max_retries=0,
        timeout=openai.Timeout(None, connect=server.timeouts.connect),
        default_headers=cast(Mapping[str, str], headers),
        http_client=openai.DefaultAsyncHttpxClient(
            follow_redirects=False, event_hooks={"response": [check_response]}, **_local_options(address)
        ),
    )
    if not address.of_openai:
        # The client reads these from the environment; only OpenAI may receive them.
        client.organization = client.project = None
    return client


def _local_options(address: Address) -> dict[str, Any]:
    """Options of the HTTP client for a server on this machine.

    No proxy leads to it, and to load certificates takes longer than all the rest here.
    """
    if not address.local or address.url.startswith("https:"):
        return {}
    return {"trust_env": False, "verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)}


def _omitted_headers(address: Address) -> dict[str, Omit]:
    """The headers that the client would add from the environment, and that only OpenAI may receive."""
    import openai

    lines = () if address.of_openai else os.environ.get("OPENAI_CUSTOM_HEADERS", "").split("\n")
    return {line.partition(":")[0].strip(): openai.Omit() for line in lines if ":" in line}
