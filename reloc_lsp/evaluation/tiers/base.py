"""What a tier is: a way to run tests on versions of the unit, asked for what it can do and not for what it is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from reloc_lsp.evaluation.errors import HINT, EvaluationError, cause
from reloc_lsp.evaluation.harness.protocol.messages import Collected, CollectionFailed, Message
from reloc_lsp.evaluation.harness.protocol.values import RunRequest
from reloc_lsp.evaluation.harness_process import HarnessProcess
from reloc_lsp.evaluation.reports import ChildReport
from reloc_lsp.evaluation.sandbox import Grants


class Tier(ABC):
    """Runs tests on one version of the unit at a time. Test numbers index `tests`, the collected node ids."""

    name: str
    """What users read of the tier: `warm`, `fresh` or `cold`."""
    collected: Collected
    """What pytest collected, by this tier or by the one that this tier replaces."""
    forks = True
    """Whether a run is a fork of a process that did the slow part before, so that one more run is cheap."""
    collects_again = True
    """Whether each run imports and collects the tests again, with the version in place."""

    @property
    def tests(self) -> Sequence[str]:
        """The node ids of all tests."""
        return self.collected.tests

    @property
    def forks_safely(self) -> bool:
        """Whether the process that is forked has one thread: others are missing in a fork, which may wait for them."""
        return True

    @property
    def may_reach_unit(self) -> bool:
        """Whether a test that is run may reach the unit; `False` only if that is certain."""
        return True

    @abstractmethod
    async def run(self, source: str, request: RunRequest) -> ChildReport:
        """Run tests with the unit's lines `source`.

        Raises `EvaluationError` if the process behind the tier has ended and does not start again.
        """

    @abstractmethod
    async def set_confinement(self, grants: Grants | None) -> None:
        """Confine every run that starts from now on, but for these `grants`; `None` for no confinement."""

    def can_show(self, source: str) -> bool:
        """Whether a run shows everything that the version `source` changes."""
        return True

    async def fallback(self) -> Tier:
        """A tier that can show every version, for the caller to close; this tier itself, if it can."""
        return self

    def batching(self) -> BatchTier | None:
        """This tier, if it can run several versions in one process."""
        return None

    def can_vary_inputs(self, source: str) -> bool:
        """Whether a run can call the version `source` with inputs that no test uses."""
        return False

    def cancel(self) -> None:  # noqa: B027 - not every tier can
        """End the runs that nobody waits for, if the tier can; else they end by themselves."""

    async def import_permissions(self) -> set[str]:
        """The permissions that importing and collecting the tests requires, if the tier can find out."""
        return set()

    @abstractmethod
    async def close(self) -> None:
        """End the tier's processes."""


class BatchTier(Tier):
    """A tier that can run several versions in one process."""

    @abstractmethod
    async def run_batch(self, sources: Sequence[str], canary: int, request: RunRequest) -> list[ChildReport]:
        """Run tests on each of `sources` in one process, then the first `canary` of them on the unchanged unit.

        One report for each run that began; only the last of them may have ended otherwise than by itself.
        """


async def first_message(process: HarnessProcess) -> Message | None:
    """The first message of a process just started, which is ended if the caller is cancelled."""
    try:
        return await process.receive()
    except BaseException:
        process.kill()
        await process.close()
        raise


async def receive_collected(process: HarnessProcess) -> Collected:
    """What a process just started has collected; raises `EvaluationError` if pytest did not get that far."""
    message = await first_message(process)
    if isinstance(message, Collected):
        return message
    await process.close()
    errors = [error.text for error in message.errors] if isinstance(message, CollectionFailed) else []
    output = "\n".join(errors) or process.last_output() or "it said nothing"
    raise EvaluationError(f"pytest could not collect the tests: {cause(output).rstrip('.')}. {HINT}")
