"""What every tier needs to run tests: a copy of the workspace, an interpreter, an environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reloc_lsp.evaluation.environment import clean_environment
from reloc_lsp.evaluation.interpreter import Interpreter
from reloc_lsp.evaluation.process import HarnessProcess
from reloc_lsp.evaluation.workspace import ScratchCopy


@dataclass(frozen=True)
class Bench:
    """The scratch copy, the project's interpreter and how many tests may run at once."""

    copy: ScratchCopy
    interpreter: Interpreter
    workers: int
    variables: tuple[str, ...] = ()

    async def start(self, tier: str, root: Path, **more: Any) -> HarnessProcess:
        """Start the harness of a tier in the copy at `root`, `more` being what it is told besides."""
        config = {
            "tier": tier,
            "root": str(root),
            "origin": str(self.copy.origin),
            "scratch": str(self.copy.folder),
            "workers": self.workers,
            **more,
        }
        return await HarnessProcess.start(self.interpreter.executable, self.environment(root), config)

    def environment(self, root: Path) -> dict[str, str]:
        """Variables for a process that runs tests in the copy at `root`; its home is beside that copy."""
        inherited = [p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p]
        places = [path for path in (*inherited, *self.interpreter.search_path) if path and self._is_ours(path)]
        outside = [path for path in inherited if not self._is_ours(path)]
        moved = [str(self.copy.place(Path(path), root)) for path in dict.fromkeys(places)]
        existing = [path for path in moved if Path(path).exists()]
        scripts = self.interpreter.executable.parent
        return clean_environment(self.copy.beside(root), [*existing, *outside], self.variables, scripts=scripts)

    def _is_ours(self, path: str) -> bool:
        real = Path(os.path.realpath(path))
        return real.is_relative_to(self.copy.origin)
