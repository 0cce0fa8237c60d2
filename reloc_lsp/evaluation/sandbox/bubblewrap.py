"""The outer wall on Linux: namespaces of their own for a harness process and all it starts, by bubblewrap.

The whole file system is read-only, personal and temporary folders are empty but for what is shown, there is no network
and no other process. It goes up once for each harness process and costs nothing per candidate.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from reloc_lsp.evaluation.sandbox.mounts import Mount

PRIVATE = ("/tmp", "/var/tmp", "/run", "/home", "/root", "/mnt", "/media")  # noqa: S108
"""Folders that hold what is somebody's own, sockets of services included."""
TEMPORARY = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108
"""Folders that are the sandbox's own and empty: to write there harms nobody."""
SIZE = 1 << 30
"""Bytes that temporary files may take, each kind of them."""
SMALL = 16 << 20
"""Bytes that may be written where something is hidden."""


def private_folders() -> list[Path]:
    """The private folders of this machine, with the user's home and place for temporary files, outermost first."""
    named = [*PRIVATE, os.path.expanduser("~"), tempfile.gettempdir()]
    found = {Path(os.path.realpath(name)) for name in named}
    return sorted(path for path in found if path.is_dir() and path != Path("/"))


def enclosed(
    program: Path,
    command: Sequence[str],
    *,
    shown: Sequence[Path],
    own: Path,
    temporary: Sequence[Path],
    mounts: Sequence[Mount] = (),
) -> list[str]:
    """The command line that runs `command` behind the wall.

    Of the private folders `shown` stay visible; `own` may be written to, and its folders `temporary` are kept in
    memory, with an end to their size. `mounts` are made in their order, in `own`.
    """
    line = [str(program), "--unshare-all", "--die-with-parent", "--cap-drop", "ALL"]
    line += ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
    # Who is root outside owns the kernel's settings, and may write them without any capability.
    line += ["--ro-bind-try", "/proc/sys", "/proc/sys"]
    private = private_folders()
    for folder in private:
        line += ["--size", str(SIZE), "--tmpfs", str(folder)]
    for path in dict.fromkeys(shown):
        inside = any(path.is_relative_to(folder) for folder in private)
        if inside and not any(folder.is_relative_to(path) for folder in private) and path.exists():
            line += ["--ro-bind", str(path), str(path)]
    line += ["--bind", str(own), str(own)]
    for mount in mounts:
        line += _mounted(mount)
    for folder in temporary:
        line += ["--size", str(SIZE), "--tmpfs", str(folder)]
    return [*line, "--", *command]


def _mounted(mount: Mount) -> list[str]:
    if mount.source is None:
        return ["--size", str(SMALL), "--tmpfs", str(mount.target)]
    return ["--bind" if mount.writable else "--ro-bind", str(mount.source), str(mount.target)]


def find_bubblewrap() -> tuple[Path | None, str]:
    """bubblewrap, if it is here and works; if not, a sentence that says why."""
    program = shutil.which("bwrap")
    if program is None:
        return None, "bubblewrap is not installed (apt install bubblewrap, dnf install bubblewrap)"
    with tempfile.TemporaryDirectory() as folder:
        trial = enclosed(Path(program), [shutil.which("true") or "/bin/true"], shown=[], own=Path(folder), temporary=[])
        try:
            done = subprocess.run(
                trial, capture_output=True, text=True, timeout=20, check=False, stdin=subprocess.DEVNULL
            )
        except (OSError, subprocess.SubprocessError) as error:
            return None, f"bubblewrap does not run ({error})"
    if done.returncode == 0:
        return Path(program), ""
    said = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
    return None, f"bubblewrap may not make namespaces here ({said[0]})"
