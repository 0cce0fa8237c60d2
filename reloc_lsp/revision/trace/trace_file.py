"""The trace of a search: one JSON object a line, enough to run the search again without its model.

Each line has one of these keys, which names its content. Numbers of nodes count from 0, the unchanged unit.

- `trace`: the version of this format. Further keys: `reloc_lsp` (the version), `file`, `qualname`, `source` (the unit's
  lines), `settings` (what a replay needs, without addresses and keys), `objective`, `judged` (the `tier` that evaluates
  candidates, the `reason` why it was chosen, the level of the `sandbox`), `tests` (node ids with their outcome before).
- `call`: the number of a call to the model. Further keys: `messages`, `count`, `sampling`, `replies` (their text, and
  whether each is whole), `usage`, `seconds`; or `error` in place of the replies.
- `node`: the number of an evaluated candidate. Further keys: `parent`, `origin`, `description`, `source`, `passed`,
  `total`, `score`, `reward` (above 0 for a candidate that a measured objective prefers to the unchanged unit),
  `failures` by test, and what was `spent` by then: `seconds`, `evaluations`, `tokens`. A rewrite also has `clues`: its
  features, which determine its prior score.
- `best`: the number of a node that is the best from now on.
- `end`: why the search ended. Further keys: `cost`, `kinds` (how many replies were understood in which way).
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from reloc_lsp import __version__
from reloc_lsp.inference.api_keys import hide_in_json
from reloc_lsp.revision.confidence import Confidence
from reloc_lsp.search.candidate import Node, Task
from reloc_lsp.search.events import Evaluated, Event, Finished, Improved, Settled
from reloc_lsp.settings import Settings

FORMAT = 1
"""The version of the format; it changes when a reader of an older one would misread a newer one."""

REPLAYED_SETTINGS = {
    "search": ("algorithm", "rules", "reviser", "seed"),
    "budget": ("seconds", "evaluations", "calls", "tokens"),
    "model": ("context_tokens", "reply_tokens", "temperature", "top_p"),
}
"""The settings that determine the course of a search and name nothing that is run or trusted."""


class TraceError(Exception):
    """A trace cannot be written or read: the message says which one, why, and what to do."""


class Trace:
    """Writes a trace to `path` line by line, so that a search that is killed leaves the lines until then.

    The `secrets`, keys of model servers, are hidden wherever they are: a reply may repeat them. If writing fails later,
    for example on a full disk, the search goes on and `problem` becomes a sentence about it. Raises `TraceError` if the
    file cannot be opened.
    """

    def __init__(self, path: Path, secrets: Sequence[str] = ()) -> None:
        self.path = path
        self.problem = ""
        self._secrets = secrets
        try:
            self._file = path.open("w", encoding="utf-8", buffering=1)
        except OSError as error:
            raise TraceError(
                f"The trace {path} cannot be written ({error.strerror}). Name another file with --trace."
            ) from error

    def begin(self, task: Task, settings: Settings, judged: Mapping[str, str]) -> None:
        """Write the beginning of a search; `judged` holds the tier, the reason for it and the sandbox."""
        self.write(
            trace=FORMAT,
            reloc_lsp=__version__,
            file=task.file,
            qualname=task.qualname,
            source=task.source,
            settings=replayable_settings(asdict(settings)),
            objective=asdict(task.objective),
            judged=dict(judged),
            tests={test: result.outcome.value for test, result in task.verdict.results.items()},
        )

    def record(self, event: Event) -> None:
        """Write an event of the search, if it brings a node or a new best one."""
        if isinstance(event, Evaluated):
            spent = event.spending
            tokens = spent.prompt_tokens + spent.completion_tokens
            self.write(
                **_node_record(event.node),
                spent={"seconds": round(spent.seconds, 3), "evaluations": spent.evaluations, "tokens": tokens},
            )
        elif isinstance(event, Improved):
            self.write(best=event.best.identity)

    def confidence(self, confidence: Confidence) -> None:
        """Write how likely the answer is right."""
        self.write(
            confidence=confidence.right, sure=confidence.sure, text=confidence.text, question=confidence.question
        )

    def end(self, reason: str, cost: Mapping[str, float | None], kinds: Mapping[str, int]) -> None:
        """Write the end of the search."""
        self.write(end=reason, cost=dict(cost), kinds=dict(kinds))

    def write(self, **record: Any) -> None:
        """Write one line, unless an earlier one could not be written."""
        if self.problem:
            return
        try:
            self._file.write(hide_in_json(json.dumps(record), self._secrets) + "\n")
        except OSError as error:
            self.problem = f"The trace {self.path} is not complete: {error.strerror}."

    def close(self) -> None:
        """Close the file."""
        with contextlib.suppress(OSError):
            self._file.close()


def replayable_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a tree of settings that a replay uses."""
    found: dict[str, Any] = {}
    for name, keys in REPLAYED_SETTINGS.items():
        table = settings.get(name)
        if isinstance(table, Mapping):
            found[name] = {key: table[key] for key in keys if key in table}
    return found


def end_reason(last_event: Event | None) -> str:
    """Why the search ended."""
    if isinstance(last_event, Settled):
        return "enough revisions pass"
    return last_event.reason if isinstance(last_event, Finished) else "stopped"


def read_trace(path: Path) -> list[dict[str, Any]]:
    """The lines of a trace, without an unfinished last line; raises `TraceError`."""
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


def _node_record(node: Node) -> dict[str, Any]:
    candidate, verdict = node.candidate, node.verdict
    failures = {
        test: f"{result.failure.kind}: {result.failure.message}" if result.failure else result.outcome.value
        for test, result in verdict.results.items()
        if result.outcome.value not in ("passed", "not run")
    }
    record: dict[str, Any] = {
        "node": node.identity,
        "parent": candidate.parent,
        "origin": candidate.origin,
        "description": candidate.description,
        "source": candidate.source,
        "passed": verdict.passed,
        "total": verdict.total,
        "score": list(node.score),
        "reward": node.reward,
        "failures": failures,
    }
    if candidate.features:
        record["clues"] = {name: round(value, 4) for name, value in candidate.features.items()}
    return record
