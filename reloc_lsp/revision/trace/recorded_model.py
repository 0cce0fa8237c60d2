"""Models around a trace: one that writes its calls into the trace, and one that repeats the replies of a trace."""

from __future__ import annotations

import json
import time
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from reloc_lsp.revision.trace.trace_file import Trace
from reloc_lsp.search.interfaces.language_model import (
    Completion,
    LanguageModel,
    Message,
    ModelError,
    Reply,
    Sampling,
    Usage,
)


class RecordingModel:
    """Passes every call on to a model and writes it into a trace, with its replies or its error."""

    def __init__(self, model: LanguageModel, trace: Trace) -> None:
        self._model = model
        self._trace = trace
        self._number = 0

    async def complete(self, messages: Sequence[Message], sampling: Sampling, count: int = 1) -> Completion:
        """The model's completion of `messages`."""
        self._number += 1
        began = time.monotonic()
        request: dict[str, Any] = {
            "call": self._number,
            "messages": [asdict(message) for message in messages],
            "count": count,
            "sampling": asdict(sampling),
        }
        try:
            completion = await self._model.complete(messages, sampling, count)
        except ModelError as error:
            self._trace.write(**request, error=str(error), seconds=round(time.monotonic() - began, 3))
            raise
        self._trace.write(
            **request,
            replies=[{"text": reply.text, "whole": reply.complete} for reply in completion.replies],
            usage=asdict(completion.usage),
            calls=completion.calls,
            seconds=round(time.monotonic() - began, 3),
        )
        return completion

    async def close(self) -> None:
        """Close the model; the trace stays open."""
        await self._model.close()


class ReplayingModel:
    """Repeats the replies of a trace: to each prompt those that were recorded for it, in their order."""

    def __init__(self, records: Sequence[Mapping[str, Any]]) -> None:
        self._calls: dict[str, deque[Mapping[str, Any]]] = defaultdict(deque)
        for record in records:
            if "replies" in record:
                self._calls[_prompt_key(record["messages"])].append(record)

    async def complete(self, messages: Sequence[Message], sampling: Sampling, count: int = 1) -> Completion:
        """The next recorded replies to `messages`; raises `ModelError` if there are none left."""
        calls = self._calls.get(_prompt_key([asdict(message) for message in messages]))
        if not calls:
            raise ModelError("The trace has no answer to a prompt of this search: the code or its tests have changed.")
        call = calls.popleft()
        replies = tuple(Reply(reply["text"], reply["whole"]) for reply in call["replies"])
        return Completion(replies, Usage(**call["usage"]), call["calls"])

    async def close(self) -> None:
        """Do nothing."""


def _prompt_key(messages: Sequence[Mapping[str, str]]) -> str:
    return json.dumps([[message["role"], message["content"]] for message in messages])
