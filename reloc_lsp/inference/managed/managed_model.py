"""A language model on a managed server, which is started with the first question if it has to be and may be."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from reloc_lsp.inference.api_keys import KEY_VARIABLE
from reloc_lsp.inference.endpoint import Endpoint
from reloc_lsp.inference.managed.launch_plan import Plan
from reloc_lsp.inference.managed.manager import ready, started
from reloc_lsp.inference.managed.state_file import Server
from reloc_lsp.inference.model_factory import connect
from reloc_lsp.inference.request_timeouts import RequestTimeouts
from reloc_lsp.search.language_model import Completion, Message, ModelError, Sampling


class ManagedModel:
    """A `LanguageModel` on a living server, or on that of a plan, started if need be.

    Used within one event loop and closed at its end; the server outlives it. `note` is told what the user should know
    where the asking was given up before the server was ready.
    """

    def __init__(
        self,
        source: Plan | Server,
        note: Callable[[str], None],
        *,
        timeouts: RequestTimeouts | None = None,
        in_flight: int = 16,
    ) -> None:
        self._note = note
        self._timeouts = timeouts
        self._in_flight = in_flight
        self._plan = source if isinstance(source, Plan) else None
        self._folder = source.folder if isinstance(source, Server) else None
        self._name = source.model if isinstance(source, Plan) else source.record.model
        self._endpoint: Endpoint | None = None
        self._making = asyncio.Lock()

    async def complete(self, messages: Sequence[Message], sampling: Sampling, count: int = 1) -> Completion:
        """As every `LanguageModel`, once the server is ready; one that ended meanwhile is started again once."""
        endpoint = await self._connected(None)
        try:
            return await endpoint.complete(messages, sampling, count)
        except ModelError:
            if self._folder is None or self._folder.alive():
                raise
        return await (await self._connected(endpoint)).complete(messages, sampling, count)

    async def close(self) -> None:
        """Let go of connections."""
        if self._endpoint is not None:
            await self._endpoint.close()

    async def _connected(self, useless: Endpoint | None) -> Endpoint:
        """An endpoint at the living server, other than the `useless` one."""
        async with self._making:
            if self._endpoint is None or self._endpoint is useless:
                await self.close()
                self._endpoint = None
                self._endpoint = await self._connect()
            return self._endpoint

    async def _connect(self) -> Endpoint:
        since = time.monotonic()
        if self._plan is not None:
            self._folder = await asyncio.to_thread(started, self._plan)
        assert self._folder is not None
        try:
            record = await ready(self._folder)
        except asyncio.CancelledError:
            self._note(
                f"The server of {self._name} was not ready after {time.monotonic() - since:.0f} s; it goes on "
                "starting, and reloc-lsp model status says when it is."
            )
            raise
        return connect(
            record.url, record.served_name, environment={KEY_VARIABLE: record.key},  timeouts=self._timeouts,
            in_flight=self._in_flight,
        )  # fmt: skip
