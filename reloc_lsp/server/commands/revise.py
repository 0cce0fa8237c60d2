"""`reloc.revise`: begin a search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from reloc_lsp.search.objective import FIX, Kind, Objective
from reloc_lsp.server.jobs.job_registry import Job
from reloc_lsp.server.jobs.run_revision import RevisionRequest, revise_unit
from reloc_lsp.server.language_server import ReLocServer
from reloc_lsp.server.session.documents import parsed
from reloc_lsp.server.session.workspace_roots import on_disk

INSTRUCTION = "reloc/instruction"
PROMPT = "What is to be done with this function? Its tests will still have to pass."


NOT_TRUSTED = "This workspace is not trusted, and to revise is to run its tests."


class NothingToReviseError(Exception):
    """Nothing can be revised there, and why, in a sentence."""


def revise(ls: ReLocServer, *arguments: Any) -> str | None:
    """Begin to revise a unit; the id of the job, or `None` where there is nothing to revise.

    Arguments: the document's address; the unit's qualified name or a line in it (from 0), nothing for the file's most
    suspicious unit; the document's version that a line belongs to; what for, as `{"objective", "instruction"}`. The
    last two may be left out.
    """
    job = begin(ls, *arguments)
    return job.id if job else None


def begin(ls: ReLocServer, *arguments: Any) -> Job | None:
    """The job that `revise` begins; what keeps it from that is said to the user."""
    uri, where, version = _checked(arguments)
    try:
        objective = objective_of(arguments[3] if len(arguments) > 3 else None)
        if objective.kind == "instruct" and not objective.instruction:
            _ask_for_instruction(ls, uri, where, version)
            return None
        return _begin(ls, uri, where, version, objective)
    except NothingToReviseError as refusal:
        ls.client.show(str(refusal), types.MessageType.Warning)
        return None


def objective_of(wanted: Any) -> Objective:
    """What a search is for, as its caller says it; a pygls client sends an object, an editor a mapping."""
    if wanted is None:
        return FIX
    given = wanted if isinstance(wanted, Mapping) else getattr(wanted, "_asdict", dict)()
    kind, instruction = given.get("objective", "fix"), given.get("instruction", "")
    if kind not in get_args(Kind) or not isinstance(instruction, str):
        raise JsonRpcInvalidParams(
            f"The objective of reloc.revise is one of {', '.join(get_args(Kind))}, and its instruction is text."
        )
    return Objective(kind, instruction.strip() if kind == "instruct" else "")


def _ask_for_instruction(ls: ReLocServer, uri: str, where: str | int | None, version: int | None) -> None:
    """Have the editor ask its user, who answers by `reloc.revise` with the instruction (`reloc/instruction`)."""
    if not ls.capabilities.input:
        raise NothingToReviseError("This editor cannot ask for an instruction: give one to the command reloc.revise.")
    ls.client.notify(INSTRUCTION, {"uri": uri, "where": where, "version": version, "prompt": PROMPT})


def _checked(arguments: tuple[Any, ...]) -> tuple[str, str | int | None, int | None]:
    uri, where, version = (*arguments, None, None, None)[:3]
    if not isinstance(uri, str) or not isinstance(where, str | int | None) or not isinstance(version, int | None):
        raise JsonRpcInvalidParams(
            "reloc.revise takes a document's address, a qualified name or a line (from 0; nothing for the whole file), "
            "and the document's version (may be left out)."
        )
    return uri, where, version


def _begin(ls: ReLocServer, uri: str, where: str | int | None, version: int | None, objective: Objective = FIX) -> Job:
    file = ls.documents.file(uri)
    if not ls.configuration.trusted:
        raise NothingToReviseError(f"{NOT_TRUSTED} Trust it in your editor, and then run Revise with ReLoc again.")
    if file is None:
        raise NothingToReviseError("ReLoc revises functions in files: save this document first.")
    document = ls.documents.opened(uri)
    module = document.module if document else parsed(on_disk(file) or "")
    if module is None:
        raise NothingToReviseError(f"{file.name} cannot be parsed: mend its syntax first.")
    if isinstance(where, int) and document and version not in (None, document.version):
        raise NothingToReviseError(f"{file.name} has changed in the meantime: run Revise with ReLoc again.")
    job = Job(document.uri if document else uri, file.name, file)
    line = None
    unit = None
    if isinstance(where, int):
        unit = module.at_line(where + 1)
    elif where is not None:
        unit = module.find(where)
    if not objective.repairs and (where is None or (unit and unit.is_class)):
        raise NothingToReviseError("Put the cursor on a function: only the one at fault can be found by its tests.")
    if where is not None:
        if unit is None:
            there = f"line {where + 1}" if isinstance(where, int) else where
            raise NothingToReviseError(f"There is no function to revise at {there} of {file.name}.")
        job.qualname, line = unit.qualname, unit.line
        ls.proposals.replace(job.uri, job.qualname)
    begun_with = RevisionRequest(file, line, ls.documents.files(), objective)
    ls.jobs.start(job, lambda job: revise_unit(ls, job, begun_with))
    return job
