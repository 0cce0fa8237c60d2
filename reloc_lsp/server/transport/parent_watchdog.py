"""Watches the editor's process, so that an editor that crashes leaves no server behind."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable

logger = logging.getLogger(__name__)

POLL_SECONDS = 5.0
"""Time between two checks of the editor's process. Chosen by hand."""


async def wait_for_end(process_id: int, ended: Callable[[], object], seconds: float = POLL_SECONDS) -> None:
    """Call `ended` when the process has ended; it is checked every `seconds`."""
    while True:
        await asyncio.sleep(seconds)
        if not alive(process_id):
            break
    logger.warning("the editor's process %d has ended", process_id)
    ended()


def can_be_watched(process_id: int) -> bool:
    """Whether the process exists here: a server in a container does not see its editor."""
    return os.name == "posix" and alive(process_id)


def alive(process_id: int) -> bool:
    """Whether a process with that id exists."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
