"""A language model on a managed server, which starts with the first request if necessary and allowed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from reloc_lsp.inference.api_keys import KEY_VARIABLE
from reloc_lsp.inference.endpoint import Endpoint
from reloc_lsp.inference.managed.launch_plan import LaunchPlan
from reloc_lsp.inference.managed.manager import start_server, wait_until_ready
from reloc_lsp.inference.managed.state_file import RunningServer, ServerState, StateFolder
from reloc_lsp.inference.model_factory import connect
from reloc_lsp.inference.request_timeouts import RequestTimeouts
from reloc_lsp.search.interfaces.language_model import Completion, Gap, Message, ModelError, Sampling


class ManagedModel:
    """A `LanguageModel` on a running server, or on the server of a plan, which is started if necessary.

    It is used within one event loop and closed at its end; the server continues to run. `note` receives a sentence for
    the user if a request was cancelled before the server was ready. `shares_processors` says whether the server
    computes on the processors of this machine.
    """

    def __init__(
        self,
        source: LaunchPlan | RunningServer,
        note: Callable[[str], None],
        *,
        timeouts: RequestTimeouts | None = None,
        in_flight: int = 16,
        fim: str = "auto",
    ) -> None:
        self._note = note
        self._timeouts = timeouts
        self._in_flight = in_flight
        self._fim = fim
        self._plan: LaunchPlan | None = None
        self._folder: StateFolder | None = None
        served: LaunchPlan | ServerState
        if isinstance(source, RunningServer):
            self._folder, served = source.folder, source.state
        else:
            self._plan = served = source
        self._name = served.model
        self.shares_processors = served.shares_processors
        self._endpoint: Endpoint | None = None
        self._lock = asyncio.Lock()

    async def complete(self, messages: Sequence[Message], sampling: Sampling, count: int = 1) -> Completion:
        """Up to `count` replies once the server is ready; a server that has ended is started again once."""
        return await self._answer(lambda endpoint: endpoint.complete(messages, sampling, count))

    async def infill(self, gap: Gap, sampling: Sampling, count: int = 1, stop: Sequence[str] = ()) -> Completion:
        """Up to `count` texts for a gap once the server is ready; a server that has ended is started again once."""
        return await self._answer(lambda endpoint: endpoint.infill(gap, sampling, count, stop))

    async def close(self) -> None:
        """Close all connections."""
        if self._endpoint is not None:
            await self._endpoint.close()

    async def _answer(self, ask: Callable[[Endpoint], Awaitable[Completion]]) -> Completion:
        endpoint = await self._connected_endpoint(ended=None)
        try:
            return await ask(endpoint)
        except ModelError:
            if self._folder is None or self._folder.alive():
                raise
        return await ask(await self._connected_endpoint(ended=endpoint))

    async def _connected_endpoint(self, *, ended: Endpoint | None) -> Endpoint:
        """An endpoint on the running server; never `ended`, whose server has ended."""
        async with self._lock:
            if self._endpoint is None or self._endpoint is ended:
                await self.close()
                self._endpoint = None
                self._endpoint = await self._connect()
            return self._endpoint

    async def _connect(self) -> Endpoint:
        since = time.monotonic()
        if self._plan is not None:
            self._folder = await asyncio.to_thread(start_server, self._plan)
        assert self._folder is not None
        try:
            state = await wait_until_ready(self._folder)
        except asyncio.CancelledError:
            self._note(
                f"The server of {self._name} was not ready after {time.monotonic() - since:.0f} s; it goes on "
                "starting, and reloc-lsp model status says when it is."
            )
            raise
        return connect(
            state.url,
            state.served_name,
            environment={KEY_VARIABLE: state.key},
            timeouts=self._timeouts,
            # More requests would only wait at the server, and a wait there counts as its silence.
            in_flight=min(self._in_flight, state.slots or self._in_flight),
            shares_processors=state.shares_processors,
            fim=self._fim,
        )
