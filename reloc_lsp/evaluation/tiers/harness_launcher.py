"""Starts harness processes: what every tier needs is a copy of the workspace, an interpreter and a sandbox."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from reloc_lsp.evaluation.environment import clean_environment
from reloc_lsp.evaluation.harness.protocol.messages import Job, Setup
from reloc_lsp.evaluation.harness.protocol.values import BytecodeFolders, ConfinementRules
from reloc_lsp.evaluation.harness_process import BOOT, HarnessProcess
from reloc_lsp.evaluation.interpreter import Interpreter
from reloc_lsp.evaluation.sandbox import Grants, Sandbox
from reloc_lsp.evaluation.workspace.scratch_copy import ScratchCopy


@dataclass(frozen=True)
class HarnessLauncher:
    """The scratch copy, the project's interpreter, how many tests may run at once, and the sandbox they run in."""

    copy: ScratchCopy
    interpreter: Interpreter
    workers: int
    variables: tuple[str, ...] = ()
    sandbox: Sandbox = field(default_factory=Sandbox)

    async def start(
        self, job: Job, root: Path, grants: Grants | None = None, seed: int = 0, *, compiles: bool = False
    ) -> HarnessProcess:
        """Start a harness process for `job` in the copy at `root`.

        Without `grants` it is not confined from the start. `seed` is the hash seed. One that `compiles` leaves bytecode
        for later processes, if the copy has a folder for it.
        """
        beside = self.copy.folder_of(root)
        output = self.copy.bytecode_output if compiles else None
        setup = Setup(
            root=str(root),
            origin=str(self.copy.origin),
            scratch=str(beside),
            workers=self.workers,
            confinement=self.confinement(root, grants) if grants else None,
            bytecode=BytecodeFolders(tuple(map(str, self.copy.kept_bytecode)), str(output) if output else None),
        )
        environment = {**self.environment(root), "PYTHONHASHSEED": str(seed)}
        temporary = [beside / "tmp", beside / "children"]
        for folder in temporary:
            folder.mkdir(exist_ok=True)
        command = self.sandbox.container_command(
            [str(self.interpreter.executable), str(BOOT)],
            visible=self._shown(), writable=beside, temporary=temporary, mounts=self.copy.mounts(root),
        )  # fmt: skip
        return await HarnessProcess.start(command, environment, self.copy.log(job.name), setup, job)

    def confinement(self, root: Path, grants: Grants) -> ConfinementRules | None:
        """The confinement of processes in the copy at `root`, but for these `grants`; `None` for none."""
        if not self.sandbox.confinement:
            return None
        beside = self.copy.folder_of(root)
        return grants.confinement(beside, self.sandbox.readable_paths(self._shown(), beside))

    def environment(self, root: Path) -> dict[str, str]:
        """Variables for a process that runs tests in the copy at `root`; its home is beside that copy."""
        inherited = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
        searched = [path for path in (*inherited, *self.interpreter.search_path) if path]
        inside = [path for path in searched if self._in_workspace(path)]
        outside = [path for path in inherited if not self._in_workspace(path)]
        moved = [str(self.copy.path_in_copy(Path(path), root)) for path in dict.fromkeys(inside)]
        existing = [path for path in moved if self.copy.content_path(root, Path(path)).exists()]
        scripts = self.interpreter.executable.parent
        return clean_environment(self.copy.folder_of(root), [*existing, *outside], self.variables, scripts=scripts)

    def _shown(self) -> list[Path]:
        """What tests may see of private folders: the workspace, its interpreter with all its packages, the harness."""
        folders = [self.copy.origin, BOOT.parent, *self.interpreter.folders]
        return [*folders, *sorted(self.copy.linked_outside), *self.copy.kept_bytecode]

    def _in_workspace(self, path: str) -> bool:
        return Path(os.path.realpath(path)).is_relative_to(self.copy.origin)
