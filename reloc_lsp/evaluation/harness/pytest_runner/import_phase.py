"""The import phase: from the start of a process to its first test, modules are imported and tests compiled.

In a run of few tests it takes most of the time. Garbage collection would take a third of it: the objects that are made
here stay, and every collection would visit all of them again.
"""

from __future__ import annotations

import gc
import sys

from ..isolation import importlib_compat
from ..isolation.bytecode_cache import BytecodeCache
from ..probe.false_passes.assertion_boundaries import note_exceptions
from ..protocol.messages import Setup
from . import pytest_compat


def begin(setup: Setup, *, borrow: bool) -> None:
    """Prepare for the imports, before anything of the project is imported.

    Test modules are changed so that they note exceptions. With `borrow`, those of which the user's own runs of pytest
    left bytecode are used as they are: to compile all tests of a large suite takes seconds.

    Where Python or pytest lacks a private part that caching needs, bytecode is neither read from the cache nor written.
    What pytest lacks is written to the log.
    """
    gc.disable()
    for name, consequence in pytest_compat.missing_parts().items():
        print(f"This pytest has no {name}: {consequence}.", file=sys.stderr)
    pytest_compat.change_test_modules(note_exceptions)
    if importlib_compat.missing_parts() or not pytest_compat.caches_bytecode():
        sys.dont_write_bytecode = True
        return
    cache = BytecodeCache.of(setup)
    cache.install()
    pytest_compat.redirect_bytecode(cache.find, cache.target, borrow=borrow)


def end() -> None:
    """Let the tests run as in any other process. What they compile is not kept."""
    gc.enable()
    sys.dont_write_bytecode = True
