"""Which layers of the sandbox this system has. The level is `full`, `partial` or `none`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.harness.isolation.kernel import landlock, seccomp
from reloc_lsp.evaluation.harness.protocol.values import ReadingRules
from reloc_lsp.evaluation.sandbox import bubblewrap
from reloc_lsp.evaluation.sandbox.mounts import Mount
from reloc_lsp.evaluation.sandbox.readable_paths import ReadablePaths

Level = Literal["full", "partial", "none"]
RequestedLevel = Literal["auto", "full", "none"]


@dataclass(frozen=True)
class Sandbox:
    """The layers in use. `container` is bubblewrap's program; `None` if no container can be made.

    `confinement` says whether Landlock and seccomp are in use. `missing` are sentences on what this system lacks.
    """

    container: Path | None = None
    confinement: bool = False
    missing: tuple[str, ...] = ()

    @property
    def level(self) -> Level:
        """`full` with both layers, `partial` with one, `none` without."""
        if self.container and self.confinement:
            return "full"
        return "partial" if self.container or self.confinement else "none"

    def container_command(
        self,
        command: Sequence[str],
        *,
        readable: ReadablePaths,
        empty_file: Path,
        writable: Path,
        temporary: Sequence[Path],
        mounts: Sequence[Mount] = (),
    ) -> list[str]:
        """The command line that runs `command` in a container; `command` itself on a system without containers.

        For the parameters see `bubblewrap.container_command`. `mounts` are only possible in a container.
        """
        if self.container is None:
            return list(command)
        return bubblewrap.container_command(
            self.container, command,
            readable=readable, empty_file=empty_file, writable=writable, temporary=temporary, mounts=mounts,
        )  # fmt: skip

    def reading_rules(self, readable: ReadablePaths) -> ReadingRules | None:
        """The rules by which Landlock restricts reading; `None` where it need not, or where there is no Landlock.

        In a container it need not, because nothing else is there.
        """
        return readable.rules() if self.confinement and self.container is None else None

    @property
    def temporary_folders(self) -> tuple[str, ...]:
        """Folders outside of the scratch copy that belong to the container, so that tests may write there."""
        return bubblewrap.TEMPORARY_FOLDERS if self.container else ()


def find_sandbox(requested: RequestedLevel = "auto") -> Sandbox:
    """The best sandbox of this system. Raises `EvaluationError` if `full` is requested and not available."""
    if requested == "none":
        return Sandbox(missing=("the sandbox is switched off",))
    found = best_sandbox()
    if requested == "full" and found.level != "full":
        raise EvaluationError(
            f"The setting evaluation.sandbox asks for the full sandbox; on this system it is {found.level}: "
            f"{'; '.join(found.missing)}."
        )
    return found


@cache
def best_sandbox() -> Sandbox:
    """All layers that work on this system. They are tried once in each process of ReLoc."""
    if not sys.platform.startswith("linux"):
        return Sandbox(missing=(f"there is no sandbox for {sys.platform}",))
    program, reason = bubblewrap.find_bubblewrap()
    missing = [reason] if reason else []
    confinement = landlock.version() > 0 and seccomp.supported()
    if landlock.version() == 0:
        missing.append("this kernel has no Landlock, or it is switched off")
    elif not seccomp.supported():
        missing.append("ReLoc does not know the system calls of this machine's processor")
    return Sandbox(program, confinement, tuple(missing))
