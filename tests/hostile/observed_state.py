"""The observable state of files and processes. If two states are equal, nothing was changed."""

from __future__ import annotations

import array
import contextlib
import fcntl
import os
import resource
import stat
from pathlib import Path

FS_IOC_GETFLAGS = 0x80086601
"""Number of the Linux ioctl that reads the flags of a file (linux/fs.h, 64 bit)."""
State = tuple[object, ...]


def file_state(path: Path) -> State:
    """Kind, mode, owner, links, times, content, extended attributes and flags of the file at `path`."""
    try:
        found = path.lstat()
    except OSError:
        return ("gone",)
    plain = [found.st_mode, found.st_uid, found.st_gid, found.st_mtime_ns]
    if stat.S_ISLNK(found.st_mode):
        return (*plain, os.readlink(path))
    if stat.S_ISDIR(found.st_mode):
        return (*plain, *_attributes(path), _flags(path))
    if not stat.S_ISREG(found.st_mode):
        return tuple(plain)
    return (*plain, found.st_nlink, path.read_bytes(), *_attributes(path), _flags(path))


def process_state(pid: int) -> State:
    """State, priority, processors, limits and tracer of a sleeping process."""
    folder = Path(f"/proc/{pid}")
    if not folder.exists():  # another system than Linux
        return (os.getpriority(os.PRIO_PROCESS, pid),)
    status = dict(line.split(":\t", 1) for line in (folder / "status").read_text().splitlines() if ":\t" in line)
    limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    return (
        status["State"][:1] in "tTZX",
        status["TracerPid"],
        status["Cpus_allowed"],
        (folder / "stat").read_text().rsplit(")", 1)[1].split()[15:17],
        (folder / "oom_score_adj").read_text(),
        limits,
        os.sched_getscheduler(pid),
    )


def processes_with(token: str) -> list[int]:
    """Process ids of processes with `token` in their arguments."""
    found = []
    for arguments in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if token.encode() in arguments.read_bytes():
                found.append(int(arguments.parent.name))
    return found


def _attributes(path: Path) -> list[tuple[str, bytes]]:
    if not hasattr(os, "listxattr"):
        return []
    try:
        return [(name, os.getxattr(path, name)) for name in sorted(os.listxattr(path))]
    except OSError:
        return []


def _flags(path: Path) -> int:
    """The flags that `chattr` sets."""
    flags = array.array("l", [0])
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return 0
    try:
        fcntl.ioctl(descriptor, FS_IOC_GETFLAGS, flags)
    except OSError:
        return 0
    finally:
        os.close(descriptor)
    return flags[0]
