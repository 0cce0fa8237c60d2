"""Models around a trace: one that writes its calls into the trace, and one that repeats the replies of a trace."""

from __future__ import annotations

import json
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import asdict, astuple
from typing import Any

from reloc_lsp.revision.trace.trace_file import Trace
from reloc_lsp.search.interfaces.language_model import (
    Completion,
    Gap,
    LanguageModel,
    Message,
    ModelError,
    Reply,
    Sampling,
    Usage,
    Variant,
)


class RecordingModel:
    """Passes every call on to a model and writes it into a trace, with its replies or its error."""

    def __init__(self, model: LanguageModel, trace: Trace) -> None:
        self._model = model
        self._trace = trace
        self._number = 0

    @property
    def shares_processors(self) -> bool:
        """Whether the model computes on the processors of this machine."""
        return self._model.shares_processors

    async def complete(self, messages: Sequence[Message], sampling: Sampling, count: int = 1) -> Completion:
        """The model's completion of `messages`."""
        request = {"messages": [asdict(message) for message in messages], "count": count, "sampling": asdict(sampling)}
        return await self._recorded(request, self._model.complete(messages, sampling, count))

    async def infill(self, gap: Gap, sampling: Sampling, count: int = 1, stop: Sequence[str] = ()) -> Completion:
        """The model's texts for a gap."""
        request = {"gap": asdict(gap), "stop": list(stop), "count": count, "sampling": asdict(sampling)}
        return await self._recorded(request, self._model.infill(gap, sampling, count, stop))

    async def close(self) -> None:
        """Close the model; the trace stays open."""
        await self._model.close()

    async def _recorded(self, request: Mapping[str, Any], answer: Awaitable[Completion]) -> Completion:
        """The answer to a request; both are written into the trace."""
        self._number += 1
        call, began = {"call": self._number, **request}, time.monotonic()
        try:
            completion = await answer
        except ModelError as error:
            self._trace.write(**call, error=str(error), seconds=round(time.monotonic() - began, 3))
            raise
        self._trace.write(
            **call,
            replies=[
                {
                    "text": reply.text,
                    "whole": reply.complete,
                    "log_probability": reply.log_probability,
                    "variants": [astuple(other) for other in reply.variants],
                }
                for reply in completion.replies
            ],
            usage=asdict(completion.usage),
            calls=completion.calls,
            seconds=round(time.monotonic() - began, 3),
        )
        return completion


class ReplayingModel:
    """Repeats the replies of a trace: to each prompt those that were recorded for it, in their order."""

    shares_processors = False

    def __init__(self, records: Sequence[Mapping[str, Any]]) -> None:
        self._calls: dict[str, deque[Mapping[str, Any]]] = defaultdict(deque)
        for record in records:
            if "replies" in record:
                self._calls[_request_key(record)].append(record)

    async def complete(self, messages: Sequence[Message], sampling: Sampling, count: int = 1) -> Completion:
        """The next recorded replies to `messages`; raises `ModelError` if there are none left."""
        return self._next_completion({"messages": [asdict(message) for message in messages]})

    async def infill(self, gap: Gap, sampling: Sampling, count: int = 1, stop: Sequence[str] = ()) -> Completion:
        """The next recorded texts for a gap; raises `ModelError` if there are none left."""
        return self._next_completion({"gap": asdict(gap), "stop": list(stop)})

    async def close(self) -> None:
        """Do nothing."""

    def _next_completion(self, request: Mapping[str, Any]) -> Completion:
        calls = self._calls.get(_request_key(request))
        if not calls:
            raise ModelError("The trace has no answer to a prompt of this search: the code or its tests have changed.")
        call = calls.popleft()
        replies = tuple(_reply(recorded) for recorded in call["replies"])
        return Completion(replies, Usage(**call["usage"]), call["calls"])


def _reply(recorded: Mapping[str, Any]) -> Reply:
    others = tuple(Variant(*other) for other in recorded.get("variants", ()))
    return Reply(recorded["text"], recorded["whole"], recorded.get("log_probability"), others)


def _request_key(request: Mapping[str, Any]) -> str:
    """What two equal requests have in common, apart from their sampling."""
    if "gap" in request:
        gap = request["gap"]
        return json.dumps([gap["prefix"], gap["suffix"], gap.get("start", ""), request["stop"]])
    return json.dumps([[message["role"], message["content"]] for message in request["messages"]])
