"""When a failed request is sent again: tenacity repeats it, by these rules.

The openai client can repeat requests too. But it knows no bound on the time of all attempts, it does not repeat an
answer that breaks off, and it repeats what cannot pass: an unknown host, a refused certificate, a spent account.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from reloc_lsp.inference.errors import RequestFailure
from reloc_lsp.inference.request_timeouts import RequestTimeouts

if TYPE_CHECKING:
    from tenacity import AsyncRetrying, RetryCallState

_log = logging.getLogger(__name__)


def retry_policy(timeouts: RequestTimeouts) -> AsyncRetrying:
    """Repeats a coroutine function while it returns a `RequestFailure` that may pass; gives its last result.

    The pause is drawn at random between zero and an exponentially growing bound ("full jitter"), so that clients that
    failed together do not come back together. The time that the server asks to wait is added.
    """
    import tenacity  # Only needed with a model, and installed with the extra `model`.

    jitter = tenacity.wait_random_exponential(multiplier=timeouts.pause, max=timeouts.longest_pause)

    def wait(state: RetryCallState) -> float:
        return jitter(state) + (_failure(state).retry_after or 0.0)

    def log(state: RetryCallState) -> None:
        arguments = (state.upcoming_sleep, state.attempt_number + 1, timeouts.attempts, _failure(state).error)
        _log.info("Sending a request again in %.1f s (attempt %d of %d). %s", *arguments)

    return tenacity.AsyncRetrying(
        retry=tenacity.retry_if_result(lambda result: isinstance(result, RequestFailure) and result.may_pass),
        stop=tenacity.stop_after_attempt(timeouts.attempts) | tenacity.stop_before_delay(timeouts.retrying),
        wait=wait,
        before_sleep=log,
        retry_error_callback=_failure,
    )


def _failure(state: RetryCallState) -> RequestFailure:
    assert state.outcome is not None
    failure: RequestFailure = state.outcome.result()
    return failure
