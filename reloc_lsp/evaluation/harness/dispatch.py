"""What a harness process does: greet the controller, take up its setup, and do its job."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import traceback
from typing import NoReturn

from .isolation.confinement import restrict_reading
from .isolation.import_relocation import Relocation
from .protocol.messages import PROTOCOL, ColdJob, Hello, Job, Setup
from .protocol.wire import Wire


def run() -> NoReturn:
    """Receive the setup and the job, enter the workspace's copy, and do the job."""
    wire = Wire.of_this_process()
    try:
        wire.send(Hello(PROTOCOL))
        setup, job = wire.receive(Setup), wire.receive(Job)
        if setup is not None and job is not None:
            work(wire, setup, job)
    except BaseException:
        traceback.print_exc()  # into the log, whose last lines the controller shows
    sys.stdout.flush()
    os._exit(0)


def work(wire: Wire, setup: Setup, job: Job) -> None:
    """Prepare this process for the workspace's copy, and load and run the one module that does the job."""
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    if setup.reading is not None:
        restrict_reading(setup.reading)
    os.chdir(setup.root)
    Relocation(setup.origin, setup.root).install()
    if job.room == "pytest_runner":
        import_phase = importlib.import_module(".pytest_runner.import_phase", __package__)
        import_phase.begin(setup, borrow=not isinstance(job, ColdJob))
        importlib.import_module(".pytest_runner.pytest_compat", __package__).list_directories_once()
    importlib.import_module(f".{job.room}.{job.name}", __package__).run(wire, setup, job)
