"""What stands where behind the outer wall, besides what stands there outside of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Mount:
    """`source` (a folder or a file) is shown at `target`, read-only unless `writable`.

    Without a source it is an empty folder in memory. A mount hides what stands at its target and below.
    """

    target: Path
    source: Path | None = None
    writable: bool = False
