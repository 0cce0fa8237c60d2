"""The official client, made for one server: loaded late, without retries of its own, sending nothing uncalled for."""

from __future__ import annotations

import base64
import importlib.util
import os
import ssl
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from reloc_lsp.inference.base_url import Address
from reloc_lsp.inference.server_errors import ServerInfo
from reloc_lsp.search.language_model import ModelError

if TYPE_CHECKING:
    from openai import AsyncOpenAI, Omit

_NO_KEY = "none"
"""What is sent as a key to servers that want none: the client insists on one."""


def make_client(site: ServerInfo) -> AsyncOpenAI:
    """A client for `site`; takes about a second the first time, so not on the event loop.

    A login in the base URL is sent instead of a key. Raises a permanent `ModelError` where the client is not installed.
    """
    if importlib.util.find_spec("openai") is None:
        raise ModelError(
            "Asking a model needs the Python package openai, which is not installed: pip install 'reloc-lsp[model]'.",
            permanent=True,
        )
    import openai

    address = site.address
    login = address.login
    key = site.key.value if site.key else _NO_KEY
    secret = base64.b64encode(login.encode()).decode() if login else key
    headers: dict[str, str | Omit] = {
        **_kept_back(address), "Authorization": f"{'Basic' if login else 'Bearer'} {secret}",
    }  # fmt: skip
    client = openai.AsyncOpenAI(
        api_key=key,
        base_url=address.url,
        max_retries=0,
        timeout=openai.Timeout(None, connect=site.patience.connect),
        default_headers=cast(Mapping[str, str], headers),
        # No proxy leads to this machine, and loading certificates takes longer than all the rest here.
        http_client=openai.DefaultAsyncHttpxClient(trust_env=False, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        if address.local and address.url.startswith("http:")
        else None,
    )
    if not address.of_openai:
        # Read from the environment by the client, and nobody's business but OpenAI's.
        client.organization = client.project = None
    return client


def _kept_back(address: Address) -> dict[str, Omit]:
    """Headers that the client would add from the environment, and that are for OpenAI alone."""
    import openai

    lines = () if address.of_openai else os.environ.get("OPENAI_CUSTOM_HEADERS", "").split("\n")
    return {line.partition(":")[0].strip(): openai.Omit() for line in lines if ":" in line}
