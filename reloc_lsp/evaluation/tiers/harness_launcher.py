"""What every tier needs to run tests: a copy of the workspace, an interpreter, an environment, walls around it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reloc_lsp.evaluation.environment import clean_environment
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
        self,
        tier: str,
        root: Path,
        grants: Grants | None = None,
        seed: int = 0,
        *,
        compiles: bool = False,
        **more: Any,
    ) -> HarnessProcess:
        """Start the harness of a tier in the copy at `root`, `more` being what it is told besides.

        Without `grants` there are no inner walls from the start. `seed` is that of hashes. One that `compiles` leaves
        bytecode for those after it, where the copy has a place for that.
        """
        beside = self.copy.folder_of(root)
        config = {
            "tier": tier,
            "root": str(root),
            "origin": str(self.copy.origin),
            "scratch": str(beside),
            "workers": self.workers,
            "walls": self.walls(root, grants) if grants else None,
            "bytecode": {
                "kept": [str(folder) for folder in self.copy.kept_bytecode],
                "own": str(self.copy.bytecode_output) if compiles and self.copy.bytecode_output else None,
            },
            **more,
        }
        environment = {**self.environment(root), "PYTHONHASHSEED": str(seed)}
        temporary = [beside / "tmp", beside / "children"]
        for folder in temporary:
            folder.mkdir(exist_ok=True)
        command = self.sandbox.container_command(
            [str(self.interpreter.executable), str(BOOT)],
            visible=self._shown(), writable=beside, temporary=temporary, mounts=self.copy.mounts(root),
        )  # fmt: skip
        return await HarnessProcess.start(command, environment, self.copy.log(tier), config)

    def walls(self, root: Path, grants: Grants) -> Any:
        """The inner walls of processes in the copy at `root`, as the harness is told of them; `None` for none."""
        if not self.sandbox.confinement:
            return None
        beside = self.copy.folder_of(root)
        return grants.confinement(beside, self.sandbox.readable_paths(self._shown(), beside))

    def environment(self, root: Path) -> dict[str, str]:
        """Variables for a process that runs tests in the copy at `root`; its home is beside that copy."""
        inherited = [p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p]
        places = [path for path in (*inherited, *self.interpreter.search_path) if path and self._is_ours(path)]
        outside = [path for path in inherited if not self._is_ours(path)]
        moved = [str(self.copy.path_in_copy(Path(path), root)) for path in dict.fromkeys(places)]
        existing = [path for path in moved if self.copy.content_path(root, Path(path)).exists()]
        scripts = self.interpreter.executable.parent
        return clean_environment(self.copy.folder_of(root), [*existing, *outside], self.variables, scripts=scripts)

    def _shown(self) -> list[Path]:
        """What tests may see of private folders: the workspace, its interpreter with all its packages, our harness."""
        places = [self.copy.origin, BOOT.parent, *self.interpreter.places]
        return [*places, *sorted(self.copy.linked_outside), *self.copy.kept_bytecode]

    def _is_ours(self, path: str) -> bool:
        real = Path(os.path.realpath(path))
        return real.is_relative_to(self.copy.origin)
