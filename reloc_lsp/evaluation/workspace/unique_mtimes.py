"""Files with a time of their own: bytecode is believed by that and the size of its source, and texts may be as long."""

from __future__ import annotations

import itertools
import os
from pathlib import Path


class Stamped:
    """Writes files each of another time, long ago: no file of the user is of that time."""

    def __init__(self) -> None:
        self._seconds = itertools.count(10**9)

    def write(self, place: Path, data: bytes) -> None:
        """Write a file whose time no other has that was written here."""
        place.write_bytes(data)
        time = next(self._seconds)
        os.utime(place, (time, time))
