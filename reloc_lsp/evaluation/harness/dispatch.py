"""The first message that a harness process receives is its configuration, and names the tier to run."""

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
    """Read the configuration, prepare this process for the scratch copy, and run the tier."""
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
        importlib.import_module(".pytest_runner.import_phase", __package__).begin(config)
        importlib.import_module(".pytest_runner.pytest_compat", __package__).list_directories_once()
        serve(wire, config)
    except BaseException:
        traceback.print_exc()  # into the log, whose last lines the controller shows
    sys.stdout.flush()
    os._exit(0)


def serve(wire: Wire, config: Message) -> None:
    """Run the module that has the tier's name: only what it needs is loaded."""
    importlib.import_module(".pytest_runner." + config["tier"], __package__).run(wire, config)
