"""How much of the sandbox this system has: `full`, `partial` or `none`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.harness.isolation import landlock, seccomp
from reloc_lsp.evaluation.sandbox import bubblewrap
from reloc_lsp.evaluation.sandbox.mounts import Mount

Level = Literal["full", "partial", "none"]
Wanted = Literal["auto", "full", "none"]

DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
"""Devices that lead nowhere. Others are disks, memory that is shared, terminals that somebody types on."""


@dataclass(frozen=True)
class Sandbox:
    """The walls in use. `outer` is bubblewrap's program, `inner` whether Landlock and seccomp are raised.

    `lacking` are sentences on what this system lacks.
    """

    outer: Path | None = None
    inner: bool = False
    lacking: tuple[str, ...] = ()

    @property
    def level(self) -> Level:
        """`full` with both walls, `partial` with one of them."""
        if self.outer and self.inner:
            return "full"
        return "partial" if self.outer or self.inner else "none"

    def enclosed(
        self,
        command: Sequence[str],
        *,
        shown: Sequence[Path],
        own: Path,
        temporary: Sequence[Path],
        mounts: Sequence[Mount] = (),
    ) -> list[str]:
        """`command` behind the outer wall, where there is one; `mounts` can be made only there."""
        if self.outer is None:
            return list(command)
        return bubblewrap.enclosed(self.outer, command, shown=shown, own=own, temporary=temporary, mounts=mounts)

    def readable(self, shown: Iterable[Path], own: Path) -> list[str] | None:
        """Paths the inner wall leaves readable, where no outer one hides anything; else `None`, for all."""
        return None if self.outer else [*map(str, _all_but_private()), *map(str, shown), str(own)]

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """Folders outside the scratch copy that are the sandbox's own, so that writing there may be granted."""
        return bubblewrap.TEMPORARY if self.outer else ()


def find_sandbox(wanted: Wanted = "auto") -> Sandbox:
    """The best sandbox of this system, tried once; raises `EvaluationError` where `full` is wanted and not had."""
    if wanted == "none":
        return Sandbox(lacking=("the sandbox is switched off",))
    found = _best()
    if wanted == "full" and found.level != "full":
        raise EvaluationError(
            f"The setting evaluation.sandbox asks for full walls; this system has {found.level}: "
            f"{'; '.join(found.lacking)}."
        )
    return found


@cache
def _best() -> Sandbox:
    if not sys.platform.startswith("linux"):
        return Sandbox(lacking=(f"no walls are built on {sys.platform}",))
    outer, why = bubblewrap.find_bubblewrap()
    lacking = [why] if why else []
    inner = landlock.version() > 0 and seccomp.supported()
    if landlock.version() == 0:
        lacking.append("this kernel has no Landlock, or it is switched off")
    elif not seccomp.supported():
        lacking.append("system calls of this machine's processor are not known to ReLoc")
    return Sandbox(outer, inner, tuple(lacking))


def _all_but_private() -> list[Path]:
    """Paths that together are the whole file system less its private folders, `/proc`, and all devices but a few."""
    private = [*bubblewrap.private_folders(), Path("/proc"), Path("/dev")]
    found = [Path(device) for device in DEVICES]

    def add(folder: Path) -> None:
        if folder in private or folder.is_symlink():
            return
        if any(hidden.is_relative_to(folder) for hidden in private):
            for inner in sorted(folder.iterdir()):
                add(inner)
        else:
            found.append(folder)

    add(Path("/"))
    return found
