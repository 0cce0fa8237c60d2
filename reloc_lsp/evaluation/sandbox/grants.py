"""What the project's own tests were seen to need beyond computing, and so what their candidates are granted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KINDS = {
    "network": "sockets",
    "processes": "other processes",
    "attributes": "modes and times of files",
}


@dataclass(frozen=True)
class Grants:
    """Permissions of candidates. `folders` may be written to: relative ones lie beside the copy of the workspace.

    `everything` takes the inner walls down: the tests were seen to fail inside them and to pass without.
    """

    network: bool = False
    processes: bool = False
    attributes: bool = False
    folders: tuple[str, ...] = ()
    everything: bool = False

    @classmethod
    def of(cls, needs: Collection[str], beside: Path, elsewhere: Collection[str]) -> Grants:
        """Grants for the `needs` heard in the copy that `beside` holds.

        Folders outside of it are granted only below those in `elsewhere`, which are as little the user's.
        """
        kinds = {kind: kind in needs for kind in KINDS}
        folders = set()
        for need in set(needs).difference(KINDS):
            path = Path(need)
            if path.is_relative_to(beside):
                inside = path.relative_to(beside)
                # What holds the folders of all candidates would let each into those of the others.
                if inside.parts and inside.parts[0] != "children":
                    folders.add(inside.as_posix())
            elif any(path.is_relative_to(place) for place in elsewhere):
                folders.add(need)
        return cls(**kinds, folders=tuple(sorted(folders)))

    def described(self, beside: Path, readable: list[str] | None) -> Mapping[str, Any] | None:
        """What the harness raises its inner walls by, in a process that works beside `beside`; `None` for none."""
        if self.everything:
            return None
        writable = [str(beside / folder) for folder in self.folders]
        if self.processes and readable is None:
            writable.append("/dev/shm")  # noqa: S108 - for shared memory and locks; empty behind the outer wall
        return {
            "network": self.network, "processes": self.processes, "attributes": self.attributes,
            "writable": writable, "readable": readable,
        }  # fmt: skip

    def in_words(self) -> str:
        """The grants as part of a sentence; empty where there are none."""
        if self.everything:
            return "all that the outer wall allows"
        named = [words for kind, words in KINDS.items() if getattr(self, kind)]
        named += [f"writing in {_shown(folder)}" for folder in self.folders[:5]]
        more = len(self.folders) - 5
        return ", ".join([*named, f"{more} more folders"] if more > 0 else named)


def _shown(folder: str) -> str:
    """A folder as the user knows it: `workspace/NAME/...` is the copy of theirs."""
    parts = Path(folder).parts
    if parts[:1] == ("workspace",):
        return "/".join(parts[2:]) or "the workspace's copy"
    return folder
