"""What a container shows at a path, where that is not what the path has outside of the container."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Mount:
    """The container shows `source`, a folder or a file, at the path `target`: read-only unless `writable`.

    A mount without a source is an empty folder in memory. A mount hides what is at and below its target.
    """

    target: Path
    source: Path | None = None
    writable: bool = False
