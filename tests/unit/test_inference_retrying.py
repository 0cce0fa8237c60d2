"""The retry policy: pauses grow, are drawn at random, and end."""

from __future__ import annotations

import pytest

from reloc_lsp.inference.errors import RequestFailure
from reloc_lsp.inference.request_timeouts import RequestTimeouts
from reloc_lsp.inference.retrying import retry_policy
from reloc_lsp.search.interfaces.language_model import ModelError

TIMEOUTS = RequestTimeouts(pause=1, longest_pause=4, attempts=5, retrying=100)


async def pauses(timeouts: RequestTimeouts, *failures: RequestFailure) -> tuple[list[float], object]:
    """The pauses between attempts that fail so, the last failure for ever, and the result."""
    slept: list[float] = []
    left = list(failures)

    async def attempt() -> RequestFailure:
        return left.pop(0) if len(left) > 1 else left[0]

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    result = await retry_policy(timeouts).copy(sleep=sleep)(attempt)
    return slept, result


def failure(retry_after: float | None = None, *, may_pass: bool = True) -> RequestFailure:
    return RequestFailure(ModelError("no"), may_pass, retry_after)


async def test_pauses_double_are_drawn_at_random_and_end() -> None:
    runs = [(await pauses(TIMEOUTS, failure()))[0] for _ in range(200)]
    assert {len(run) for run in runs} == {4}
    for drawn, longest in zip(zip(*runs, strict=True), (1, 2, 4, 4), strict=True):
        assert longest / 2 < max(drawn) <= longest
        assert min(drawn) < longest / 2


async def test_the_last_failure_is_the_result() -> None:
    last = failure(may_pass=False)
    slept, result = await pauses(TIMEOUTS, failure(), last)
    assert result is last and len(slept) == 1


async def test_the_time_that_the_server_asks_for_is_added() -> None:
    slept, _ = await pauses(TIMEOUTS, failure(retry_after=5), failure(may_pass=False))
    assert 5 <= slept[0] <= 6


@pytest.mark.parametrize("retry_after", [100.0, 1e6])
async def test_no_pause_leads_beyond_the_bound_in_time(retry_after: float) -> None:
    slept, result = await pauses(TIMEOUTS, failure(retry_after))
    assert slept == [] and isinstance(result, RequestFailure)
