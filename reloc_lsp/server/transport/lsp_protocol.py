"""The protocol as `pygls` has it, with an answer to every request, be it one that cannot be read."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams, JsonRpcInvalidRequest
from pygls.protocol import LanguageServerProtocol

from reloc_lsp.server.transport.tolerant_parsing import readable_initialize


class ReLocProtocol(LanguageServerProtocol):
    """Requests whose shape is wrong get an error in reply, and answers whose shape is wrong are taken for errors.

    Nothing else would ever end the waiting for them. Of `initialize` what can be read is taken, and changed settings
    that are not told are to be asked for.
    """

    _shutting_down: Future[Any] | None = None

    def handle_message(self, message: Any) -> None:
        """Begin to do what a message says."""
        super().handle_message(message)
        if getattr(message, "method", None) == types.SHUTDOWN:
            self._shutting_down = self._request_futures.get(message.id)

    async def shut_down(self) -> None:
        """Wait until a `shutdown` that is under way is answered: not every editor does before it sends `exit`."""
        if self._shutting_down is not None and not self._shutting_down.done():
            await asyncio.wait([asyncio.wrap_future(self._shutting_down)])

    def structure_message(self, data: dict[str, Any]) -> Any:
        """A message from its JSON; raises `JsonRpcException` where it is none (JSON-RPC 2.0, section 5.1)."""
        try:
            return super().structure_message(data)
        except JsonRpcException:
            method, number = data.get("method"), data.get("id")
            if method == types.WORKSPACE_DID_CHANGE_CONFIGURATION:
                return super().structure_message({**data, "params": {"settings": None}})
            if not isinstance(number, int | str):
                raise
            if "result" in data or "error" in data:
                error = JsonRpcInvalidParams("The answer is not of the protocol's shape.").to_response_error()
                return types.ResponseErrorMessage(id=number, error=error)
            if method == types.INITIALIZE:
                return super().structure_message(readable_initialize(self._converter, data))
            said: JsonRpcException = JsonRpcInvalidRequest("A request needs a method.")
            if isinstance(method, str):
                said = JsonRpcInvalidParams(f"The parameters of {method} are not of the protocol's shape.")
            self._send_response(number, error=said.to_response_error())
            raise
