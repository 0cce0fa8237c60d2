"""How long a model server is waited for, and how often it is asked again."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


@dataclass(frozen=True, slots=True)
class RequestTimeouts:
    """Times in seconds.

    `connect` bounds the making of a connection, `first_token` the wait until text comes (the server may queue and
    has to read the prompt), `between_tokens` any silence after that, `listing` the question which models there are.
    A request that failed for a reason that may pass is sent up to `attempts` times, as long as no more than
    `retrying` goes by from the first to the last; the pause before it doubles from `pause` to `longest_pause`.
    """

    connect: float = 10.0
    first_token: float = 180.0
    between_tokens: float = 60.0
    listing: float = 10.0
    attempts: int = 5
    retrying: float = 60.0
    pause: float = 0.5
    longest_pause: float = 8.0

    def pause_before(self, attempt: int, elapsed: float, told: float | None) -> float | None:
        """Seconds to wait before the `attempt`th sending (the first is 1), or none where it should not be.

        Full jitter (anything from nothing to the pause), so that many who failed together do not come back together;
        what the server `told` us to wait comes on top.
        """
        bound = min(self.longest_pause, self.pause * 2 ** (attempt - 2))
        wait = random.uniform(0, bound) + (told or 0.0)
        return wait if attempt <= self.attempts and elapsed + wait <= self.retrying else None


def told_to_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds that a `Retry-After` header asks for, given as a number or as a date."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(text).astimezone(UTC) - datetime.now(UTC)).total_seconds())
    except ValueError:
        return None
