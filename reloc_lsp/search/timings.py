"""Where the time of a revision goes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, get_args

Part = Literal["copy", "collection", "baseline", "first_fix", "choice", "confirmation"]
"""The parts of a revision, in their order.

`copy`: copying the workspace and finding its interpreter. `collection`: until pytest has collected the tests.
`baseline`: runs of the unchanged code. `first_fix`: from the beginning of the search to the first revision that meets
the objective. `choice`: from then on, without the confirmation. `confirmation`: cold runs of the revision.
"""
PARTS: tuple[Part, ...] = get_args(Part)


@dataclass
class Timings:
    """Wall-clock seconds by part of a revision. A part that was not reached has none."""

    seconds: dict[Part, float] = field(default_factory=dict)

    def add(self, part: Part, seconds: float) -> None:
        """Count more seconds for a part."""
        self.seconds[part] = self.seconds.get(part, 0.0) + seconds

    @contextmanager
    def measure(self, part: Part) -> Iterator[None]:
        """Count the time of the context for a part."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.add(part, time.monotonic() - began)

    def rounded(self) -> dict[str, float | None]:
        """Seconds by part, `None` for a part that was not reached."""
        return {part: round(self.seconds[part], 3) if part in self.seconds else None for part in PARTS}
