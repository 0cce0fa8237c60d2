"""What a harness process does is told by the first message it receives."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import traceback
from typing import NoReturn

from .isolation.import_relocation import Relocation
from .protocol.wire import Message, Wire


def run() -> NoReturn:
    """Read the configuration, take up the workspace's copy, and do what is asked."""
    wire = Wire.of_this_process()
    config = wire.receive()
    if config is None:
        os._exit(0)
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    os.chdir(config["root"])
    Relocation(config["origin"], config["root"]).install()
    try:
        importlib.import_module(".isolation.import_phase", __package__).begin(config)
        importlib.import_module(".pytest_runner.directory_collection", __package__).list_once()
        serve(wire, config)
    except BaseException:
        traceback.print_exc()  # into the log, from which the controller takes the last words
    sys.stdout.flush()
    os._exit(0)


def serve(wire: Wire, config: Message) -> None:
    """Run the module named as the tier: only what it needs is loaded."""
    importlib.import_module(".pytest_runner." + config["tier"], __package__).run(wire, config)
