"""Modules and threads of this process."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator

HARNESS = "_reloc_harness"
"""The private name of the harness's package, see `boot`."""


def modules_outside(root: str) -> list[str]:
    """Names of the loaded modules that are not below `root`: a fresh server may import them before it forks."""
    root = os.path.realpath(root) + os.sep
    names = []
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and not os.path.realpath(file).startswith(root) and not name.startswith((HARNESS, "__")):
            names.append(name)
    return names


def module_names(file: str) -> Iterator[str]:
    """The names under which `file` can be imported: several where one directory of `sys.path` lies in another."""
    stem = os.path.realpath(file)[: -len(".py")]
    for entry in sys.path:
        base = os.path.realpath(entry) + os.sep
        if stem.startswith(base):
            name = stem[len(base) :].replace(os.sep, ".")
            yield name[: -len(".__init__")] if name.endswith(".__init__") else name


def thread_count() -> int:
    """Threads of this process; those that C libraries start are included where the system reports them."""
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return threading.active_count()
