"""Makes an endpoint from what the settings say."""

from __future__ import annotations

import os
from collections.abc import Mapping

from reloc_lsp.inference.api_keys import KEY_VARIABLE, find_key
from reloc_lsp.inference.base_url import parse_address
from reloc_lsp.inference.endpoint import Endpoint
from reloc_lsp.inference.local_machine.gpu import has_gpu
from reloc_lsp.inference.request_timeouts import RequestTimeouts
from reloc_lsp.inference.server_info import ServerInfo

DEFAULT_BASE_URL = "http://127.0.0.1:8000/v1"
"""Where `vllm serve` listens by default."""


def connect(
    base_url: str | None = None,
    model: str | None = None,
    *,
    key_variable: str = KEY_VARIABLE,
    environment: Mapping[str, str] = os.environ,
    timeouts: RequestTimeouts | None = None,
    in_flight: int = 16,
    shares_processors: bool | None = None,
    fim: str = "auto",
) -> Endpoint:
    """The model `model` (none: the first that the server lists) at `base_url` (none: port 8000 of this machine).

    At most `in_flight` requests are under way at once. `shares_processors` says whether the server computes on the
    processors of this machine; without a value, a server at a loopback address does if there is no GPU here. Nothing is
    sent and no client is loaded before the first request. Raises a permanent `ModelError` if the base URL or the key is
    invalid.
    """
    address = parse_address(base_url or DEFAULT_BASE_URL)
    key = find_key(address, key_variable, environment)
    shares = address.local and not has_gpu() if shares_processors is None else shares_processors
    server = ServerInfo(address, key, key_variable, timeouts or RequestTimeouts(), shares)
    return Endpoint(server, model, in_flight, fim)
