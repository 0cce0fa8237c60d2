"""What a harness process does is told by the first message it receives."""

from __future__ import annotations

import os
import shutil
import signal
import sys

from .paths import Relocation
from .wire import Message, Wire


def run(fd: int) -> None:
    """Read the configuration, take up the workspace's copy, and do what is asked; never returns normally."""
    wire = Wire(fd)
    config = wire.receive()
    if config is None:
        os._exit(0)
    for end in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(end, signal.SIG_DFL)
    os.chdir(config["root"])
    Relocation(config["origin"], config["root"]).install()
    try:
        serve(wire, config)
    except OSError:
        pass  # the controller is gone: there is nobody left to tell
        wire.gone = True
    finally:
        if wire.gone:
            # The controller ended without a word, so nobody else will clear its scratch.
            shutil.rmtree(config["scratch"], ignore_errors=True)
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
