"""How a process is bounded, watched and ended: `prctl`, resource limits, orphans, CPU time (POSIX, partly Linux)."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable

with contextlib.suppress(ImportError):  # Windows, where nothing here is called that needs it
    import resource

Prctl = Callable[..., int]
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
STACK_SIGNAL = getattr(signal, "SIGRTMAX", getattr(signal, "SIGUSR2", 0))
"""The signal on which a child reports where its test is. Hardly any program uses the last real-time signal, which Linux
has."""
EXTRA_MEMORY = 4 << 30
"""Bytes of address space that a process may use in addition to what it has before a candidate runs. Chosen by hand."""
MAX_FILE_SIZE, MAX_OPEN_FILES = 64 << 20, 1024
"""Bytes of one file that is written, and open files of one process. Chosen by hand."""


def load_prctl() -> Prctl:
    """Linux's `prctl`, loaded once before the forks; elsewhere a function that does nothing."""
    if sys.platform.startswith("linux"):
        return ctypes.CDLL(None, use_errno=True).prctl
    return lambda *_: 0


def die_with_parent(prctl: Prctl) -> None:
    """Linux: the kernel kills this process when its parent ends."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def become_subreaper(prctl: Prctl) -> None:
    """Linux: orphaned descendants of this process become its children, so that it can find and kill them."""
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def prepare_child(prctl: Prctl, memory: int) -> None:
    """Give a forked child its own process group, resource limits and no output, and kill it when its parent ends."""
    os.setpgid(0, 0)
    die_with_parent(prctl)
    limit_resources(memory)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    os.close(null)


def limit_resources(memory: int) -> None:
    """Limit the files of this process and its address space (`memory` bytes, 0 for no limit), where the system can."""
    if not hasattr(os, "fork"):
        return
    limits = (("RLIMIT_CORE", 0), ("RLIMIT_FSIZE", MAX_FILE_SIZE), ("RLIMIT_NOFILE", MAX_OPEN_FILES))
    for name, value in limits:
        limit = getattr(resource, name)
        _, hard = resource.getrlimit(limit)
        if hard == resource.RLIM_INFINITY or value < hard:
            resource.setrlimit(limit, (value, value))
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if memory and (hard == resource.RLIM_INFINITY or memory < hard):
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def memory_limit() -> int:
    """The address space that this process and its children may have, in bytes; 0 where its size is not known."""
    if not (hasattr(os, "fork") and sys.platform.startswith("linux")):
        return 0
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize() + EXTRA_MEMORY


def kill_orphans(keep: set[int]) -> None:
    """Linux: kill and reap all children of this process except those in `keep`."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as file:
            pids = [int(pid) for pid in file.read().split()]
    except OSError:
        return
    for pid in pids:
        if pid not in keep:
            try:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            except (ProcessLookupError, ChildProcessError, PermissionError):
                pass


def cpu_seconds(pid: int) -> float:
    """CPU seconds that the process `pid` has used; 0 where the system does not report them."""
    try:
        # The clock id of a process's CPU time on Linux is (~pid << 3) | 2, see clock_getcpuclockid(3).
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0


def waiting_seconds(pid: int) -> float:
    """Seconds that the main thread of the process `pid` could run but had no processor; 0 where Linux does not tell.

    They are the second number, in nanoseconds, of Linux's `/proc/PID/schedstat`.
    """
    try:
        with open(f"/proc/{pid}/schedstat") as file:
            return int(file.read().split()[1]) / 1e9
    except OSError:
        return 0.0
