"""What goes into a revision: the workspace, the function to revise, and the traces to write and to replay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reloc_lsp.search.objective import FIX, Objective
from reloc_lsp.settings import Settings


@dataclass(frozen=True)
class Snapshot:
    """The workspace as its user sees it: the files on disk, with the unsaved text of the editor in place of some.

    `root` is an absolute folder; `unsaved` maps absolute paths to their text in the editor.
    """

    root: Path
    unsaved: Mapping[Path, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Target:
    """The function or class to revise, and the objective.

    `file` is absolute. With `None`, the failing tests of the whole workspace show which function to revise; with a file
    but neither `qualname` nor `line`, they show which function of the file. Where a name is defined more than once (a
    property and its setter), `line` (from 1) selects one of the definitions of `qualname`.

    A test stands for the code that it is about: it is never revised. `case` is the end of its node id that names its
    parameters, with the brackets.
    """

    file: Path | None = None
    qualname: str | None = None
    line: int | None = None
    case: str = ""
    objective: Objective = FIX


@dataclass(frozen=True)
class Recording:
    """Paths of the trace to `write` and of the trace to `replay` instead of asking a model; `None` for neither."""

    write: Path | None = None
    replay: Path | None = None


NO_RECORDING = Recording()


@dataclass(frozen=True)
class RevisionRequest:
    """Everything that one revision needs to know."""

    snapshot: Snapshot
    target: Target
    settings: Settings
    recording: Recording = NO_RECORDING
