"""From what the settings say to a model that can be asked."""

from __future__ import annotations

import os
from collections.abc import Mapping

from reloc_lsp.inference.api_keys import KEY_VARIABLE, find_key
from reloc_lsp.inference.base_url import parse_address
from reloc_lsp.inference.endpoint import Endpoint
from reloc_lsp.inference.request_timeouts import RequestTimeouts
from reloc_lsp.inference.server_errors import ServerInfo

DEFAULT_BASE_URL = "http://127.0.0.1:8000/v1"
"""Where `vllm serve` listens if not told otherwise."""


def connect(
    base_url: str | None = None,
    model: str | None = None,
    *,
    key_variable: str = KEY_VARIABLE,
    environment: Mapping[str, str] = os.environ,
    patience: RequestTimeouts | None = None,
    in_flight: int = 16,
) -> Endpoint:
    """The model `model` (none: the first the server lists) at `base_url` (none: this machine, port 8000).

    Nothing is sent yet and no client is loaded: that comes with the first question. Raises a permanent `ModelError`
    where the base URL or the key cannot be used.
    """
    address = parse_address(base_url or DEFAULT_BASE_URL)
    key = find_key(address, key_variable, environment)
    return Endpoint(ServerInfo(address, key, key_variable, patience or RequestTimeouts()), model, in_flight)
