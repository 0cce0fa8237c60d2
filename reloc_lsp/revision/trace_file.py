"""The trace of a search: one JSON object a line, enough to run the search again without its model.

Each line has one of these keys, which names what it is about; numbers of nodes count from 0, the unchanged unit.

- `trace`: the version of this format. Further `reloc_lsp`, `file`, `qualname`, `source` (the unit's lines), `settings`
  (what a replay needs: neither addresses nor keys), `objective`, `judged` (the `tier` that judges, the `reason` it was
  chosen for, the level of the `sandbox`), `tests` (node ids with their outcome before).
- `call`: its number. Further `messages`, `count`, `sampling`, `replies` (text, and whether it is whole), `usage`,
  `seconds`; or `error` in place of the replies.
- `node`: its number. Further `parent`, `origin`, `description`, `source`, `passed`, `total`, `score`, `reward` (above 0
  where the objective is measured: better than the unchanged unit), `failures` by test, and what was `spent` by then:
  `seconds`, `evaluations`, `tokens`. A rewrite has its `features`: what spoke for it and against it before it was run.
- `best`: the number of a node that is the best now.
- `end`: why the search ended. Further `cost`, `kinds` (how replies were understood, counted).
"""

from __future__ import annotations

import contextlib
import json
import time
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from reloc_lsp import __version__
from reloc_lsp.search.candidate import Node, Task
from reloc_lsp.search.events import Evaluated, Event, Finished, Improved, Settled
from reloc_lsp.search.language_model import Completion, LanguageModel, Message, ModelError, Reply, Sampling, Usage
from reloc_lsp.settings import Settings

FORMAT = 1
REPLAYED = {
    "search": ("algorithm", "rules", "reviser", "seed"),
    "budget": ("seconds", "evaluations", "calls", "tokens"),
    "model": ("context_tokens", "reply_tokens", "temperature", "top_p"),
}


class TraceError(Exception):
    """A trace cannot be written or read: the message says which, why, and what to do."""


class Trace:
    """Writes a trace to `path`, line by line, so that a search that was killed leaves what it had.

    Where that fails in the middle, on a full disk, the search goes on; `complaint` then says so.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.complaint = ""
        try:
            self._file = path.open("w", encoding="utf-8", buffering=1)
        except OSError as error:
            raise TraceError(
                f"The trace {path} cannot be written ({error.strerror}). Name another file with --trace."
            ) from error

    def begin(self, task: Task, settings: Settings, judged: Mapping[str, str]) -> None:
        """A search of a unit begins; `judged` tells the tier, the reason and the sandbox."""
        self.write(
            trace=FORMAT, reloc_lsp=__version__, file=task.file, qualname=task.qualname, source=task.source,
            settings=replayable(asdict(settings)), objective=asdict(task.objective), judged=dict(judged),
            tests={test: result.outcome.value for test, result in task.verdict.results.items()},
        )  # fmt: skip

    def hear(self, event: Event) -> None:
        """Note what an event of the search tells."""
        if isinstance(event, Evaluated):
            spent = event.spending
            tokens = spent.prompt_tokens + spent.completion_tokens
            self.write(
                **_node(event.node),
                spent={"seconds": round(spent.seconds, 3), "evaluations": spent.evaluations, "tokens": tokens},
            )
        elif isinstance(event, Improved):
            self.write(best=event.best.identity)

    def end(self, reason: str, cost: Mapping[str, float | None], kinds: Mapping[str, int]) -> None:
        """The search ended."""
        self.write(end=reason, cost=dict(cost), kinds=dict(kinds))

    def write(self, **record: Any) -> None:
        """Add a line."""
        if self.complaint:
            return
        try:
            self._file.write(json.dumps(record) + "\n")
        except OSError as error:
            self.complaint = f"The trace {self.path} is not complete: {error.strerror}."

    def close(self) -> None:
        """Nothing more is written."""
        with contextlib.suppress(OSError):
            self._file.close()


def replayable(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Of settings as tables, what decides on the course of a search and names nothing that is run or trusted."""
    found: dict[str, Any] = {}
    for name, keys in REPLAYED.items():
        table = settings.get(name)
        if isinstance(table, Mapping):
            found[name] = {key: table[key] for key in keys if key in table}
    return found


def _node(node: Node) -> dict[str, Any]:
    candidate, verdict = node.candidate, node.verdict
    failures = {
        test: f"{result.failure.kind}: {result.failure.message}" if result.failure else result.outcome.value
        for test, result in verdict.results.items()
        if result.outcome.value not in ("passed", "not run")
    }
    features = {name: round(value, 4) for name, value in candidate.features.items()}
    return {
        "node": node.identity, "parent": candidate.parent, "origin": candidate.origin,
        "description": candidate.description, "source": candidate.source, "passed": verdict.passed,
        "total": verdict.total, "score": list(node.score), "reward": node.reward, "failures": failures,
        **({"clues": features} if features else {}),
    }  # fmt: skip


def reason_of(event: Event | None) -> str:
    """Why a search ended whose last event this is."""
    if isinstance(event, Settled):
        return "enough revisions pass"
    return event.reason if isinstance(event, Finished) else "stopped"


class Recorded:
    """A model all of whose calls go into a trace."""

    def __init__(self, model: LanguageModel, trace: Trace) -> None:
        self.model = model
        self.trace = trace
        self._number = 0

    async def complete(self, messages: Sequence[Message], sampling: Sampling, count: int = 1) -> Completion:
        """Ask the model, and write down what it was asked and what it said."""
        self._number += 1
        began = time.monotonic()
        asked: dict[str, Any] = {
            "call": self._number, "messages": [asdict(message) for message in messages], "count": count,
            "sampling": asdict(sampling),
        }  # fmt: skip
        try:
            answer = await self.model.complete(messages, sampling, count)
        except ModelError as error:
            self.trace.write(**asked, error=str(error), seconds=round(time.monotonic() - began, 3))
            raise
        self.trace.write(
            **asked, replies=[asdict(reply) for reply in answer.replies], usage=asdict(answer.usage),
            calls=answer.calls, seconds=round(time.monotonic() - began, 3),
        )  # fmt: skip
        return answer

    async def close(self) -> None:
        """Close the model; the trace goes on."""
        await self.model.close()


class Replayed:
    """A model that says again what a trace has of it: to each prompt its own replies, in their order."""

    def __init__(self, calls: Sequence[Mapping[str, Any]]) -> None:
        self._answers: dict[str, deque[Mapping[str, Any]]] = defaultdict(deque)
        for call in calls:
            if "replies" in call:
                self._answers[_mark(call["messages"])].append(call)

    async def complete(self, messages: Sequence[Message], sampling: Sampling, count: int = 1) -> Completion:
        """The next recorded answer to this prompt; raises `ModelError` where there is none."""
        waiting = self._answers.get(_mark([asdict(message) for message in messages]))
        if not waiting:
            raise ModelError("The trace has no answer to a prompt of this search: the code or its tests have changed.")
        call = waiting.popleft()
        replies = tuple(Reply(reply["text"], reply["whole"]) for reply in call["replies"])
        return Completion(replies, Usage(**call["usage"]), call["calls"])

    async def close(self) -> None:
        """There is nothing to let go of."""


def _mark(messages: Sequence[Mapping[str, str]]) -> str:
    return json.dumps([[message["role"], message["content"]] for message in messages])


def read_trace(path: Path) -> list[dict[str, Any]]:
    """The lines of a trace, a last one that was not finished left out; raises `TraceError`."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise TraceError(f"The trace {path} cannot be read ({why}). Name a file that revise --trace wrote.") from error
    records: list[dict[str, Any]] = []
    for number, line in enumerate(lines, start=1):
        try:
            record = json.loads(line)
        except ValueError as error:
            if number == len(lines):
                break
            raise TraceError(f"{path} is no trace: line {number} is not JSON ({error}).") from error
        records.append(record if isinstance(record, dict) else {})
    if not records or records[0].get("trace") != FORMAT:
        raise TraceError(f"{path} is no trace of this version: its first line must have trace = {FORMAT}.")
    if not all(isinstance(records[0].get(name), str) for name in ("file", "qualname")):
        raise TraceError(f"{path} is no trace: its first line does not say which function it is about.")
    return records
