"""What a harness process does is told by the first message it receives."""

from __future__ import annotations

import os
import shutil
import signal
import sys

from .paths import Relocation
from .wire import Message, Wire


def run(fd: int, scratch: str) -> None:
    """Read the configuration, take up the workspace's copy, and do what is asked; never returns normally.

    `scratch` is the folder to clear where the controller ends without a word: nobody else will.
    """
    wire = Wire(fd)
    config = wire.receive()
    if config is None:
        shutil.rmtree(scratch, ignore_errors=True)
        os._exit(0)
    for end in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(end, signal.SIG_DFL)
    os.chdir(config["root"])
    Relocation(config["origin"], config["root"]).install()
    try:
        serve(wire, config)
    except OSError:
        wire.gone = True  # there is nobody left to tell
    finally:
        if wire.gone:
            shutil.rmtree(scratch, ignore_errors=True)
        sys.stdout.flush()
        os._exit(0)


def serve(wire: Wire, config: Message) -> None:
    """Run the tier that the configuration names."""
    if config["tier"] == "warm":
        from . import warm

        warm.run(wire, config)
    else:
        from . import whole

        if config["tier"] == "fresh":
            whole.serve_fresh(wire, config)
        else:
            whole.run_cold(wire, config)
