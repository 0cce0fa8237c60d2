"""The container: Linux namespaces, made by bubblewrap, for a harness process and all processes it starts.

In the container the whole file system is read-only, and personal and temporary folders are empty except for the paths
that are shown. There is no network and no process from outside. A container is made once for each harness process and
costs nothing per candidate.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from reloc_lsp.evaluation.sandbox.mounts import Mount

PERSONAL_FOLDERS = ("/tmp", "/var/tmp", "/run", "/home", "/root", "/mnt", "/media")  # noqa: S108
"""Folders with personal data, and with the sockets of services."""
TEMPORARY_FOLDERS = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108
"""Folders that are empty in each container and belong to it alone. To write there harms nobody."""
TEMPORARY_BYTES = 1 << 30
"""Size limit of each temporary folder in memory. Chosen by hand."""
HIDDEN_FOLDER_BYTES = 16 << 20
"""Size limit of the empty folder that hides a folder of the workspace. Chosen by hand."""
TRIAL_TIMEOUT = 20
"""Seconds that bubblewrap may take to run `true`. Chosen by hand."""


def private_folders() -> list[Path]:
    """The personal folders of this machine, the user's home and the folder for temporary files, sorted by path."""
    named = [*PERSONAL_FOLDERS, os.path.expanduser("~"), tempfile.gettempdir()]
    found = {Path(os.path.realpath(name)) for name in named}
    return sorted(path for path in found if path.is_dir() and path != Path("/"))


def container_command(
    program: Path,
    command: Sequence[str],
    *,
    visible: Sequence[Path],
    writable: Path,
    temporary: Sequence[Path],
    mounts: Sequence[Mount] = (),
) -> list[str]:
    """The command line that runs `command` in a container. `program` is bubblewrap.

    The private folders are empty except for the paths that are `visible`. The folder `writable` can be written; the
    folders `temporary` in it are kept in memory and have a size limit. `mounts` are made in `writable`, in their order.
    """
    line = [str(program), "--unshare-all", "--die-with-parent", "--cap-drop", "ALL"]
    line += ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
    # Root owns the kernel's settings and can write them without any capability.
    line += ["--ro-bind-try", "/proc/sys", "/proc/sys"]
    private = private_folders()
    for folder in private:
        line += ["--size", str(TEMPORARY_BYTES), "--tmpfs", str(folder)]
    for path in dict.fromkeys(visible):
        inside = any(path.is_relative_to(folder) for folder in private)
        if inside and not any(folder.is_relative_to(path) for folder in private) and path.exists():
            line += ["--ro-bind", str(path), str(path)]
    line += ["--bind", str(writable), str(writable)]
    for mount in mounts:
        line += _mount_options(mount)
    for folder in temporary:
        line += ["--size", str(TEMPORARY_BYTES), "--tmpfs", str(folder)]
    return [*line, "--", *command]


def _mount_options(mount: Mount) -> list[str]:
    if mount.source is None:
        return ["--size", str(HIDDEN_FOLDER_BYTES), "--tmpfs", str(mount.target)]
    return ["--bind" if mount.writable else "--ro-bind", str(mount.source), str(mount.target)]


def find_bubblewrap() -> tuple[Path | None, str]:
    """bubblewrap's program, if it is installed and works. If not: `None` and a sentence that says why."""
    program = shutil.which("bwrap")
    if program is None:
        return None, "bubblewrap is not installed (apt install bubblewrap, dnf install bubblewrap)"
    with tempfile.TemporaryDirectory() as folder:
        true = shutil.which("true") or "/bin/true"
        trial = container_command(Path(program), [true], visible=[], writable=Path(folder), temporary=[])
        try:
            done = subprocess.run(
                trial, capture_output=True, text=True, timeout=TRIAL_TIMEOUT, check=False, stdin=subprocess.DEVNULL
            )
        except (OSError, subprocess.SubprocessError) as error:
            return None, f"bubblewrap does not run ({error})"
    if done.returncode == 0:
        return Path(program), ""
    message = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
    return None, f"bubblewrap may not make namespaces here ({message[0]})"
