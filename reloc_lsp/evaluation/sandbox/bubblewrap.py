"""The container: Linux namespaces, made by bubblewrap, for a harness process and all processes it starts.

In the container only the paths that can be read exist, and they are read-only. Personal and temporary folders are empty
except for what is shown in them. There is no network and no process from outside. A container is made once for each
harness process and costs nothing per candidate.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from reloc_lsp.evaluation.sandbox.mounts import Mount
from reloc_lsp.evaluation.sandbox.readable_paths import ReadablePaths

TEMPORARY_FOLDERS = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108
"""Folders that are empty in each container and belong to it alone. To write there harms nobody."""
TEMPORARY_BYTES = 1 << 30
"""Size limit of each temporary folder in memory. Chosen by hand."""
HIDDEN_FOLDER_BYTES = 16 << 20
"""Size limit of the empty folder that hides a folder of the workspace. Chosen by hand."""
TRIAL_TIMEOUT = 20
"""Seconds that bubblewrap may take to run `true`. Chosen by hand."""


def container_command(
    program: Path,
    command: Sequence[str],
    *,
    readable: ReadablePaths,
    empty_file: Path,
    writable: Path,
    temporary: Sequence[Path],
    mounts: Sequence[Mount] = (),
) -> list[str]:
    """The command line that runs `command` in a container. `program` is bubblewrap.

    A hidden folder is empty, and so is a hidden file: `empty_file` is shown in its place. The folder `writable` can be
    written; the folders `temporary` in it are kept in memory and have a size limit. `mounts` are made in `writable`, in
    their order.
    """
    line = [str(program), "--unshare-all", "--die-with-parent", "--cap-drop", "ALL"]
    line += ["--dev", "/dev", "--proc", "/proc"]
    # Root owns the kernel's settings and can write them without any capability.
    line += ["--ro-bind-try", "/proc/sys", "/proc/sys"]
    for path, is_readable in readable.ordered():
        line += _shown_options(path) if is_readable else _hiding_options(path, empty_file)
    line += ["--bind", str(writable), str(writable)]
    for mount in mounts:
        line += _mount_options(mount)
    for folder in temporary:
        line += ["--size", str(TEMPORARY_BYTES), "--tmpfs", str(folder)]
    return [*line, "--remount-ro", "/", "--", *command]


def _shown_options(path: Path) -> list[str]:
    """A link stays one, so that it reads as it does outside; if what it leads to is hidden, it leads nowhere."""
    if path.is_symlink() and os.path.realpath(path).startswith("/usr/"):
        return ["--symlink", os.readlink(path), str(path)]
    return ["--ro-bind", str(path), str(path)]


def _hiding_options(path: Path, empty_file: Path) -> list[str]:
    if path.is_dir():
        return ["--size", str(TEMPORARY_BYTES), "--tmpfs", str(path)]
    return ["--ro-bind", str(empty_file), str(path)]


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
        trial = container_command(
            Path(program), [true],
            readable=ReadablePaths(()), empty_file=Path(os.devnull), writable=Path(folder), temporary=[],
        )  # fmt: skip
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
