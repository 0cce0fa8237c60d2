"""How a file and a process look from outside: two looks that are equal mean that nobody touched it."""

from __future__ import annotations

import array
import contextlib
import fcntl
import os
import resource
import stat
from pathlib import Path

FS_IOC_GETFLAGS = 0x80086601
Look = tuple[object, ...]


def look(path: Path) -> Look:
    """Kind, mode, owner, links, times, content, extended attributes and flags of what is at `path`."""
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


def standing(pid: int) -> Look:
    """State, priority, processors, limits and tracer of a process that only sleeps."""
    folder = Path(f"/proc/{pid}")
    if not folder.exists():  # another system than Linux
        return (os.getpriority(os.PRIO_PROCESS, pid),)
    told = dict(line.split(":\t", 1) for line in (folder / "status").read_text().splitlines() if ":\t" in line)
    limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    return (
        told["State"][:1] in "tTZX",
        told["TracerPid"],
        told["Cpus_allowed"],
        (folder / "stat").read_text().rsplit(")", 1)[1].split()[15:17],
        (folder / "oom_score_adj").read_text(),
        limits,
        os.sched_getscheduler(pid),
    )


def marked(token: str) -> list[int]:
    """Processes that have `token` among their arguments."""
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
    """What `chattr` sets."""
    flags = array.array("l", [0])
    try:
        place = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return 0
    try:
        fcntl.ioctl(place, FS_IOC_GETFLAGS, flags)
    except OSError:
        return 0
    finally:
        os.close(place)
    return flags[0]
