"""What candidates may do in the confinement: only what the project's own tests required."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from reloc_lsp.evaluation.harness.protocol.values import ConfinementRules, ReadingRules
from reloc_lsp.evaluation.sandbox.copy_layout import LEVELS

KINDS = {
    "network": "sockets",
    "processes": "other processes",
    "attributes": "modes and times of files",
}
"""The kinds of permissions that are no folders, and their names in messages. The harness reports these same kinds."""
MAX_NAMED_FOLDERS = 5
"""How many writable folders a message names. Further ones are counted. Chosen by hand."""


@dataclass(frozen=True)
class Grants:
    """Permissions of candidates. `folders` may be written; relative ones are in the folder of the scratch copy.

    `everything` means that there is no confinement: the tests failed in it and passed without it.
    """

    network: bool = False
    processes: bool = False
    attributes: bool = False
    folders: tuple[str, ...] = ()
    everything: bool = False

    @classmethod
    def for_required(cls, required: Collection[str], copy_folder: Path, temporary: Collection[str]) -> Grants:
        """Grants for the permissions that tests `required`: kinds, and folders by their absolute paths.

        A folder is granted only if it is in `copy_folder`, the folder of the scratch copy, or in one of the `temporary`
        folders, which belong to the sandbox. No other folder of the user is ever granted.
        """
        kinds = {kind: kind in required for kind in KINDS}
        folders = set()
        for name in set(required).difference(KINDS):
            path = Path(name)
            if path.is_relative_to(copy_folder):
                inside = path.relative_to(copy_folder)
                # The folder `children` holds one folder for each candidate. To grant it would let candidates change
                # the files of other candidates.
                if inside.parts and inside.parts[0] != "children":
                    folders.add(inside.as_posix())
            elif any(path.is_relative_to(folder) for folder in temporary):
                folders.add(name)
        return cls(**kinds, folders=tuple(sorted(folders)))

    def confinement(self, copy_folder: Path, reading: ReadingRules | None) -> ConfinementRules | None:
        """The rules of the confinement; `None` for no confinement.

        `copy_folder` is the folder of the scratch copy that the process works in. Without `reading` all paths can be
        read, which are then those that the container shows.
        """
        if self.everything:
            return None
        writable = [str(copy_folder / folder) for folder in self.folders]
        if self.processes and reading is None:
            writable.append("/dev/shm")  # noqa: S108 - for shared memory and locks; the container has an empty one
        return ConfinementRules(
            network=self.network,
            processes=self.processes,
            attributes=self.attributes,
            writable=tuple(writable),
            reading=reading,
        )

    def __str__(self) -> str:
        """The grants as part of a sentence; empty if there are none."""
        if self.everything:
            return "everything"
        named = [words for kind, words in KINDS.items() if getattr(self, kind)]
        named += [f"writing in {_shown(folder)}" for folder in self.folders[:MAX_NAMED_FOLDERS]]
        more = len(self.folders) - MAX_NAMED_FOLDERS
        return ", ".join([*named, f"{more} more folders"] if more > 0 else named)


def _shown(folder: str) -> str:
    """The name of a folder in messages. What is below `LEVELS` is in the copy of the user's workspace."""
    parts = Path(folder).parts
    if parts[: len(LEVELS)] == LEVELS:
        return "/".join(parts[len(LEVELS) + 1 :]) or "the workspace's copy"
    return folder
