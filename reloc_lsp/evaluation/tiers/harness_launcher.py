"""Starts harness processes: what every tier needs is a copy of the workspace, an interpreter and a sandbox."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from reloc_lsp.evaluation.harness.protocol.messages import Job, Setup
from reloc_lsp.evaluation.harness.protocol.values import BytecodeFolders, ConfinementRules, ReadingRules
from reloc_lsp.evaluation.harness_process import BOOT, HarnessProcess
from reloc_lsp.evaluation.interpreter import Interpreter
from reloc_lsp.evaluation.interpreter.environment import clean_environment, home_folder
from reloc_lsp.evaluation.sandbox import Grants, Mount, ReadablePaths, Sandbox
from reloc_lsp.evaluation.sandbox.readable_paths import is_project
from reloc_lsp.evaluation.workspace.scratch_copy import ScratchCopy
from reloc_lsp.evaluation.workspace.workspace_scan import find_withheld

PACKAGE_FOLDERS = ("site-packages", "dist-packages")
"""Names of folders with installed packages, which hold no secrets of the user."""
PROCESS_FILES = (Path("/proc"),)
"""What a harness process reads besides, to watch its children. The children themselves cannot."""


@dataclass(frozen=True)
class SubjectLink:
    """How one of two processes is joined to the other: by a socket, and by the folder for temporary files.

    The process that `is_subject` sees neither the user's workspace nor bytecode that was compiled from the tests.
    """

    descriptor: int
    temporary: Path
    is_subject: bool = False


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
        job: Job,
        root: Path,
        grants: Grants | None = None,
        seed: int = 0,
        *,
        compiles: bool = False,
        link: SubjectLink | None = None,
    ) -> HarnessProcess:
        """Start a harness process for `job` in the copy at `root`.

        Without `grants` it is not confined from the start. `seed` is the hash seed. One that `compiles` leaves bytecode
        for later processes, if the copy has a folder for it. `link` joins it to another process.
        """
        beside = self.copy.folder_of(root)
        output = self.copy.bytecode_output if compiles else None
        kept = () if link and link.is_subject else tuple(map(str, self.copy.kept_bytecode))
        setup = Setup(
            root=str(root),
            origin=str(self.copy.origin),
            scratch=str(beside),
            workers=self.workers,
            confinement=self.confinement(root, grants, link) if grants else None,
            bytecode=BytecodeFolders(kept, str(output) if output else None),
            reading=self._reading_rules(beside, link, *PROCESS_FILES),
        )
        environment = {**self.environment(root), "PYTHONHASHSEED": str(seed)}
        temporary, mounts = [beside / "tmp", beside / "children"], list(self.copy.mounts(root))
        for folder in temporary:
            folder.mkdir(exist_ok=True)
        if link:
            # Both processes read and write the same files, so they are not in the memory of one container.
            temporary = [beside / "children"]
            environment |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(link.temporary))
        if link and link.is_subject:
            mounts.append(Mount(link.temporary, link.temporary, writable=True))
        command = self.sandbox.container_command(
            [str(self.interpreter.executable), str(BOOT)],
            readable=self._readable_by(link), empty_file=self.copy.empty_file, writable=beside, temporary=temporary,
            mounts=mounts,
        )  # fmt: skip
        descriptors = [link.descriptor] if link else []
        return await HarnessProcess.start(
            command, environment, self.copy.log(job.name), setup, job, descriptors=descriptors
        )

    @property
    def home(self) -> Path:
        """The home folder of processes in the first copy."""
        return home_folder(self.copy.folder_of(self.copy.root))

    def confinement(self, root: Path, grants: Grants, link: SubjectLink | None = None) -> ConfinementRules | None:
        """The confinement of processes in the copy at `root`, but for these `grants`; `None` for none."""
        if not self.sandbox.confinement:
            return None
        beside = self.copy.folder_of(root)
        return grants.confinement(beside, self._reading_rules(beside, link))

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

    @property
    def _readable(self) -> ReadablePaths:
        """What tests may read: the workspace, its interpreter with all its packages, the harness.

        The workspace itself is shown too, as in the copy: finders of editable installs look for its files.
        """
        copy, interpreter = self.copy, self.interpreter
        others = [*interpreter.folders, *copy.linked_outside, *copy.withholding.shown_outside]
        shown = [copy.origin, BOOT.parent, *others, *copy.kept_bytecode]
        return ReadablePaths(tuple(shown), tuple(self._hidden_paths))

    @cached_property
    def _hidden_paths(self) -> list[Path]:
        """What looks like a secret in the workspace, and in all other folders that are no installation of Python."""
        copy, installed = self.copy, self.interpreter.prefixes
        hidden = [copy.origin / name for name in copy.withheld]
        for folder in {*map(Path.resolve, (*self.interpreter.folders, *copy.linked_outside))}:
            installed_there = folder.name in PACKAGE_FOLDERS or any(map(folder.is_relative_to, installed))
            if is_project(folder) and not installed_there and not folder.is_relative_to(copy.origin):
                hidden += [folder / name for name in find_withheld(folder, copy.withholding)]
        return [Path(os.path.realpath(path)) for path in hidden]

    def _readable_by(self, link: SubjectLink | None) -> ReadablePaths:
        """What a process may read. The subject sees the interpreter and the harness, and no workspace but its copy."""
        if link is None or not link.is_subject:
            return self._readable
        copy, folders = self.copy, [BOOT.parent, *self.interpreter.folders, *self.copy.linked_outside]
        outside = [folder for folder in folders if not copy.origin.is_relative_to(folder)]
        shown = [folder for folder in outside if not self._in_workspace(str(folder)) or _in_environment(folder)]
        return ReadablePaths(tuple(shown), (*self._hidden_paths, copy.origin, *copy.kept_bytecode))

    def _reading_rules(self, beside: Path, link: SubjectLink | None, *more: Path) -> ReadingRules | None:
        """How Landlock restricts reading of processes with the folder `beside`, and `more`; `None` if it does not."""
        readable = self._readable_by(link)
        more = (*more, link.temporary) if link else more
        return self.sandbox.reading_rules(replace(readable, shown=(*readable.shown, beside, *more)))

    def _in_workspace(self, path: str) -> bool:
        return Path(os.path.realpath(path)).is_relative_to(self.copy.origin)


def _in_environment(folder: Path) -> bool:
    """Whether the folder belongs to a virtual environment."""
    return any((parent / "pyvenv.cfg").exists() for parent in (folder, *folder.parents))
