"""All attempts. `attempt.py` says what an attempt is."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

import agreeing_values
import other_attempts
import read_answers
from attempt import Attempt, Workspace

FAMILIES: Mapping[str, tuple[Attempt, ...]] = {
    "values that agree with every comparison": agreeing_values.ATTEMPTS,
    "answers that are read in the tests": read_answers.ATTEMPTS,
    "places, changed comparisons and tables": other_attempts.ATTEMPTS,
}
ATTEMPTS: tuple[Attempt, ...] = tuple(attempt for attempts in FAMILIES.values() for attempt in attempts)


def by_workspace() -> list[tuple[Workspace, list[Attempt]]]:
    """The attempts, grouped by their workspace."""
    ordered = sorted(ATTEMPTS, key=lambda attempt: attempt.workspace.name)
    groups = groupby(ordered, key=lambda attempt: attempt.workspace.name)
    return [(attempts[0].workspace, attempts) for attempts in (list(group) for _, group in groups)]
