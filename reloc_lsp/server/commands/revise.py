"""`reloc.revise`: begin a search."""

from __future__ import annotations

from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from reloc_lsp.server.documents import parsed, path_of
from reloc_lsp.server.jobs import Job
from reloc_lsp.server.revising import Place, revise_unit
from reloc_lsp.server.server import ReLocServer
from reloc_lsp.server.snapshot import on_disk


class NothingToReviseError(Exception):
    """Nothing can be revised there, and why, in a sentence."""


def revise(ls: ReLocServer, *arguments: Any) -> str | None:
    """Begin to revise a unit; the id of the job, or `None` where there is nothing to revise.

    Arguments: the document's address; the unit's qualified name or a line in it (from 0), nothing for the file's most
    suspicious unit; the document's version that a line belongs to (may be left out).
    """
    job = begin(ls, *arguments)
    return job.id if job else None


def begin(ls: ReLocServer, *arguments: Any) -> Job | None:
    """The job that `revise` begins; what keeps it from that is said to the user."""
    uri, where, version = _checked(arguments)
    try:
        return _begin(ls, uri, where, version)
    except NothingToReviseError as refusal:
        ls.client.show(str(refusal), types.MessageType.Warning)
        return None


def _checked(arguments: tuple[Any, ...]) -> tuple[str, str | int | None, int | None]:
    uri, where, version = (*arguments, None, None, None)[:3]
    if not isinstance(uri, str) or not isinstance(where, str | int | None) or not isinstance(version, int | None):
        raise JsonRpcInvalidParams(
            "reloc.revise takes a document's address, a qualified name or a line (from 0; nothing for the whole file), "
            "and the document's version (may be left out)."
        )
    return uri, where, version


def _begin(ls: ReLocServer, uri: str, where: str | int | None, version: int | None) -> Job:
    file = path_of(uri)
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
    if where is not None:
        unit = module.at_line(where + 1) if isinstance(where, int) else module.find(where)
        if unit is None:
            there = f"line {where + 1}" if isinstance(where, int) else where
            raise NothingToReviseError(f"There is no function to revise at {there} of {file.name}.")
        job.qualname, line = unit.qualname, unit.line
        ls.proposals.replace(job.uri, job.qualname)
    begun_with = Place(file, line, ls.documents.files())
    ls.jobs.start(job, lambda job: revise_unit(ls, job, begun_with))
    return job
