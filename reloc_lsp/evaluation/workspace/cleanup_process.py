"""A small process that removes a folder once the one who started it is gone, however that one ended.

Run as a script, `python keeper.py FOLDER`: standard input is held open by whoever uses the folder.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

PATIENCE_SECONDS = 10.0


class Keeper:
    """Keeps `folder` from being left behind; the caller removes it and then says `dismiss()`."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__, str(folder)],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )  # fmt: skip

    def dismiss(self) -> None:
        """The folder is no more: there is nothing left to keep."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdin is not None
        self._process.stdin.close()


def keep(folder: str) -> None:
    """Wait for the end of standard input, then remove `folder`; processes that still write there are dying too."""
    sys.stdin.buffer.read()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while Path(folder).exists() and time.monotonic() < deadline:
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.05)


if __name__ == "__main__":
    keep(sys.argv[1])
