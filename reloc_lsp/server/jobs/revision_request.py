"""What to revise: from the arguments of `reloc.revise` to a unit of a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pygls.exceptions import JsonRpcInvalidParams

from reloc_lsp.program.unit import Module, Unit
from reloc_lsp.search.objective import FIX, Kind, Objective
from reloc_lsp.server.jobs.job_registry import Job
from reloc_lsp.server.session.documents import OpenDocument, no_file_reason, parse
from reloc_lsp.server.session.editor_session import EditorSession
from reloc_lsp.server.session.workspace_roots import on_disk

RUN_AGAIN = "run Revise with ReLoc again"


class NothingToReviseError(Exception):
    """There is nothing that can be revised; the text is a sentence that gives the reason."""


@dataclass(frozen=True)
class RevisionRequest:
    """The unit defined on `line` (from 1) of `file`, or with `None` the file's most suspicious unit.

    `texts` are all open documents at that moment, by their file.
    """

    file: Path
    line: int | None
    texts: Sequence[tuple[Path, str]]
    objective: Objective = FIX


@dataclass(frozen=True)
class ReviseArguments:
    """The arguments of `reloc.revise`.

    `where` is the unit's qualified name, or a line in it (from 0), or `None` for the file's most suspicious unit.
    `version` is the version of the document that the line belongs to, if the caller knows it.
    """

    uri: str
    where: str | int | None
    version: int | None
    objective: Objective

    @classmethod
    def parse(cls, arguments: Sequence[Any]) -> ReviseArguments:
        """Check the arguments as the editor sent them. Raises `JsonRpcInvalidParams`."""
        uri, where, version, objective = (*arguments, None, None, None, None)[:4]
        if not isinstance(uri, str) or not isinstance(where, str | int | None) or not isinstance(version, int | None):
            raise JsonRpcInvalidParams(
                "reloc.revise takes the URI of a document, a qualified name or a line (from 0; null for the whole "
                "file), and the version of the document (optional)."
            )
        return cls(uri, where, version, objective_of(objective))


def objective_of(value: Any) -> Objective:
    """The objective from its JSON, `fix` for null. Raises `JsonRpcInvalidParams`.

    An editor's object is a mapping here, or a named tuple where pygls has converted it.
    """
    if value is None:
        return FIX
    given = value if isinstance(value, Mapping) else getattr(value, "_asdict", dict)()
    kind, instruction = given.get("objective", "fix"), given.get("instruction", "")
    if kind not in get_args(Kind) or not isinstance(instruction, str):
        raise JsonRpcInvalidParams(
            f"The objective of reloc.revise is one of {', '.join(get_args(Kind))}, and its instruction is text."
        )
    return Objective(kind, instruction.strip() if kind == "instruct" else "")


def resolve(arguments: ReviseArguments, session: EditorSession) -> tuple[Job, RevisionRequest]:
    """The job and the request for these arguments. Raises `NothingToReviseError`."""
    file = session.documents.file(arguments.uri)
    if not session.configuration.trusted:
        raise NothingToReviseError(
            "This workspace is not trusted, and a revision runs its tests. "
            f"Trust it in your editor, and then {RUN_AGAIN}."
        )
    if file is None:
        raise NothingToReviseError(no_file_reason(arguments.uri))
    document = session.documents.open_document(arguments.uri)
    job = Job(document.uri if document else arguments.uri, file.name, file)
    unit = _unit(arguments, file, document)
    if unit is not None:
        job.qualname = unit.qualname
    line = unit.line if unit else None
    return job, RevisionRequest(file, line, session.documents.open_files(job.uri), arguments.objective)


def _unit(arguments: ReviseArguments, file: Path, document: OpenDocument | None) -> Unit | None:
    """The unit that the arguments name, `None` for the whole file. Raises `NothingToReviseError`."""
    where = arguments.where
    module = document.module if document else parse(on_disk(file) or "")
    if module is None:
        raise NothingToReviseError(f"{file.name} cannot be parsed: fix its syntax first.")
    if isinstance(where, int) and document and arguments.version not in (None, document.version):
        raise NothingToReviseError(f"{file.name} has changed in the meantime: {RUN_AGAIN}.")
    unit = _find(module, where)
    if not arguments.objective.repairs and (where is None or (unit and unit.is_class)):
        raise NothingToReviseError("Put the cursor on a function: the tests can only find one that fails.")
    if unit is None and where is not None:
        there = f"line {where + 1}" if isinstance(where, int) else where
        raise NothingToReviseError(f"There is no function to revise at {there} of {file.name}.")
    return unit


def _find(module: Module, where: str | int | None) -> Unit | None:
    if where is None:
        return None
    return module.at_line(where + 1) if isinstance(where, int) else module.find(where)
