"""What a tier is, and how its process begins."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from reloc_lsp.evaluation.collection_errors import HINT, cause
from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.fork_client import ChildReport, Limit
from reloc_lsp.evaluation.harness_process import HarnessProcess
from reloc_lsp.evaluation.sandbox import Grants


@dataclass(frozen=True)
class CollectionBudget:
    """Files are collected for so many `seconds`; those that are `sure` to be wanted and one more with tests always."""

    seconds: float
    sure: Collection[str] = ()

    def described(self) -> Mapping[str, Any]:
        """As the harness is told of it."""
        return {"seconds": self.seconds, "sure": sorted(self.sure)}


class Tier(Protocol):
    """Runs tests on one version of the unit. Test numbers index `tests`, the collected node ids."""

    name: str
    tests: Sequence[str]

    async def run(
        self,
        source: str,
        tests: Sequence[int],
        limits: Sequence[Limit],
        failures_allowed: int | None = None,
        **more: Any,
    ) -> ChildReport:
        """Run `tests` with the unit's lines `source`.

        `more` may ask for a look into the unit (`probe`, with `lines`, `entry` and perhaps `sites` and `last_calls`)
        or for the functions called (`trace_calls`); after its `seconds` no further test begins (a hint that a cold
        run does not take).
        """
        ...

    async def set_confinement(self, grants: Grants | None) -> None:
        """Have inner walls around every run from now on, with these `grants` through them; `None` takes them down."""
        ...

    async def close(self) -> None:
        """End its processes."""
        ...


async def receive_hello(process: HarnessProcess) -> Mapping[str, Any] | None:
    """The first message of a process just started, which is ended if nobody waits for it any more."""
    try:
        return await process.receive()
    except BaseException:
        process.kill()
        await process.close()
        raise


async def collected(process: HarnessProcess) -> Mapping[str, Any]:
    """What a process just started has collected; raises `EvaluationError` where pytest did not get that far."""
    hello = await receive_hello(process)
    if hello is None or "collected" not in hello:
        await process.close()
        errors = [error["text"] for error in (hello or {}).get("errors", [])]
        words = "\n".join(errors) or process.last_words() or "it said nothing"
        raise EvaluationError(f"pytest could not collect the tests: {cause(words).rstrip('.')}. {HINT}")
    return hello
