"""The protocol of `pygls`, extended so that every request gets a response, also one that cannot be read."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams, JsonRpcInvalidRequest
from pygls.protocol import LanguageServerProtocol

from reloc_lsp.server.transport.tolerant_parsing import readable_initialize


class ReLocProtocol(LanguageServerProtocol):
    """A protocol that tolerates malformed messages, so that neither side waits for a reply for ever.

    - A malformed request gets an error response.
    - A malformed response to a request of the server becomes an error response.
    - Of a malformed `initialize` request the readable part is used.
    - A malformed `workspace/didChangeConfiguration` becomes one without settings: the server then requests them.
    """

    _shutdown_result: Future[Any] | None = None

    def handle_message(self, message: Any) -> None:
        """Handle a message, and remember the future of a `shutdown` request."""
        super().handle_message(message)
        if getattr(message, "method", None) == types.SHUTDOWN:
            self._shutdown_result = self._request_futures.get(message.id)

    async def wait_for_shutdown(self) -> None:
        """Wait until a running `shutdown` request is answered: some editors send `exit` before they have the reply."""
        if self._shutdown_result is not None and not self._shutdown_result.done():
            await asyncio.wait([asyncio.wrap_future(self._shutdown_result)])

    def structure_message(self, data: dict[str, Any]) -> Any:
        """Convert JSON to a message. Raises `JsonRpcException` if it is not one (JSON-RPC 2.0, section 5.1)."""
        try:
            return super().structure_message(data)
        except JsonRpcException:
            method, message_id = data.get("method"), data.get("id")
            if method == types.WORKSPACE_DID_CHANGE_CONFIGURATION:
                return super().structure_message({**data, "params": {"settings": None}})
            if not isinstance(message_id, int | str):
                raise
            if "result" in data or "error" in data:
                error = JsonRpcInvalidParams("The response does not have the protocol's shape.").to_response_error()
                return types.ResponseErrorMessage(id=message_id, error=error)
            if method == types.INITIALIZE:
                return super().structure_message(readable_initialize(self._converter, data))
            reply: JsonRpcException = JsonRpcInvalidRequest("A request needs a method.")
            if isinstance(method, str):
                reply = JsonRpcInvalidParams(f"The parameters of {method} do not have the protocol's shape.")
            self._send_response(message_id, error=reply.to_response_error())
            raise
