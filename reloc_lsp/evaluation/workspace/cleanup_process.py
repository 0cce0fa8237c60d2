"""A small process that removes a folder when the process that uses it has ended, however that process ended.

It runs this file as a script: `python cleanup_process.py FOLDER`. The user of the folder holds the other end of its
standard input. The system closes that end when the user ends, even when the user was killed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

REMOVAL_TIMEOUT = 10.0
"""Seconds during which the removal is repeated. Chosen by hand."""
RETRY_INTERVAL = 0.05
"""Seconds between two attempts to remove the folder. Chosen by hand."""


class CleanupProcess:
    """Removes `folder` if this process ends without a call of `stop()`."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__, str(folder)],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )  # fmt: skip

    def stop(self) -> None:
        """End the process. The caller has removed the folder."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdin is not None
        self._process.stdin.close()


def remove_after_input_ends(folder: str) -> None:
    """Wait for the end of standard input, then remove `folder`.

    Other processes may still write into the folder while they end, so the removal is repeated until it succeeds.
    """
    sys.stdin.buffer.read()
    deadline = time.monotonic() + REMOVAL_TIMEOUT
    while Path(folder).exists() and time.monotonic() < deadline:
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(RETRY_INTERVAL)


if __name__ == "__main__":
    remove_after_input_ends(sys.argv[1])
