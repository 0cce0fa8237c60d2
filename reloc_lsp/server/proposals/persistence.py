"""Saves the pending proposals when the server ends, and loads them when their document is opened again.

There is one JSON file for each document, in the user's cache folder. Only the user can read it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reloc_lsp import __version__
from reloc_lsp.server.proposals.pending_proposals import Choice, PendingProposal
from reloc_lsp.server.proposals.workspace_edits import UnitChange

logger = logging.getLogger(__name__)

MAX_AGE_SECONDS = 24 * 3600.0
"""How long a saved proposal can be loaded: one day. Chosen by hand."""


def save(waiting: Sequence[PendingProposal]) -> None:
    """Write the proposals to disk, one file for each document, and delete the files that are too old."""
    records: defaultdict[Path, list[dict[str, Any]]] = defaultdict(list)
    for pending in waiting:
        records[pending.file].append(_to_record(pending))
    try:
        folder = _folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in folder.glob("*.json"):
            if _age(old) > MAX_AGE_SECONDS:
                old.unlink(missing_ok=True)
        for file, proposals in records.items():
            path = folder / _name(file)
            path.unlink(missing_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
                json.dump({"reloc_lsp": __version__, "proposals": proposals}, out)
    except OSError as error:
        logger.warning("the proposals are not saved: %s", error)


def take_records(file: Path) -> list[dict[str, Any]]:
    """Read and delete the saved proposals of a file; each record is for `from_record`.

    Empty for a file that is too old, and for one of another release, whose format may differ.
    """
    path = _folder() / _name(file)
    try:
        young = _age(path) <= MAX_AGE_SECONDS
        saved = json.loads(path.read_text("utf-8"))
        path.unlink()
    except (OSError, ValueError):
        return []
    return list(saved["proposals"]) if young and saved.get("reloc_lsp") == __version__ else []


def from_record(record: dict[str, Any], uri: str, file: Path, text: str) -> PendingProposal:
    """The pending proposal of a record, for a document with the current `text`."""
    from reloc_lsp.revision import Proposal, Tests

    name, (passed, total, passed_after, total_after) = record["qualname"], record["tests"]
    choices = tuple(
        Choice(UnitChange(name, before, after), message, diff, tuple(cautions), warning)
        for before, after, message, diff, cautions, warning in record["choices"]
    )
    before, after = Tests(passed, total), Tests(passed_after, total_after)
    proposal = Proposal(
        record["status"],
        record["message"],
        file=file.name,
        qualname=name,
        before=before,
        after=after,
        verified=record["verified"],
        diff=choices[0].diff,
        original=text,
    )
    return PendingProposal(record["id"], uri, file, proposal, choices)


def _to_record(pending: PendingProposal) -> dict[str, Any]:
    proposal = pending.proposal
    before, after = proposal.before, proposal.after
    return {
        "id": pending.id, "status": proposal.status, "message": proposal.message, "qualname": pending.change.qualname,
        "tests": [before.passed, before.total, after.passed, after.total], "verified": proposal.verified,
        "choices": [
            [c.change.before, c.change.after, c.message, c.diff, c.cautions, c.warning] for c in pending.choices
        ],
    }  # fmt: skip


def _folder() -> Path:
    import platformdirs  # Not needed for the reply to `initialize`.

    return platformdirs.user_cache_path("reloc_lsp", appauthor=False) / "proposals"


def _name(file: Path) -> str:
    return hashlib.sha256(os.fsencode(file)).hexdigest() + ".json"


def _age(path: Path) -> float:
    return time.time() - path.stat().st_mtime
