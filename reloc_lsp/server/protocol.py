"""The protocol as `pygls` has it, with an answer to every request, be it one that cannot be read."""

from __future__ import annotations

from typing import Any

from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams, JsonRpcInvalidRequest
from pygls.protocol import LanguageServerProtocol


class ReLocProtocol(LanguageServerProtocol):
    """Requests whose shape is wrong get an error in reply; nothing else would ever end their waiting."""

    def structure_message(self, data: dict[str, Any]) -> Any:
        """A message from its JSON; raises `JsonRpcException` where it is none (JSON-RPC 2.0, section 5.1)."""
        try:
            return super().structure_message(data)
        except JsonRpcException:
            method, number = data.get("method"), data.get("id")
            if isinstance(number, int | str) and "result" not in data and "error" not in data:
                error: JsonRpcException = JsonRpcInvalidRequest("A request needs a method.")
                if isinstance(method, str):
                    error = JsonRpcInvalidParams(f"The parameters of {method} are not of the protocol's shape.")
                self._send_response(number, error=error.to_response_error())
            raise
