"""Files with a time of their own: bytecode is believed by that and the size of its source, and texts may be as long."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

_TIMES = itertools.count(10**9)
"""Seconds, long ago: no file of the user is of that time."""


def write_stamped(place: Path, data: bytes) -> None:
    """Write a file whose time no other has that was ever written so."""
    place.write_bytes(data)
    time = next(_TIMES)
    os.utime(place, (time, time))
