"""Proposals that nobody answered before the server ended: kept for a day, and back when their document is opened.

They come back as marks in the document, for a question at the start of an editor is in its user's way.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reloc_lsp import __version__
from reloc_lsp.server.proposals.pending_proposals import Choice, PendingProposal
from reloc_lsp.server.proposals.workspace_edits import UnitChange
from reloc_lsp.server.session.unit_status import UnitStatus

if TYPE_CHECKING:
    from reloc_lsp.server.language_server import ReLocServer

logger = logging.getLogger(__name__)

KEPT_SECONDS = 24 * 3600.0


def keep(server: ReLocServer) -> None:
    """Write down the open offers, a file for each document; an editor that draws proposals keeps its own."""
    if server.capabilities.proposals or not server.proposals.waiting:
        return
    records: defaultdict[Path, list[dict[str, Any]]] = defaultdict(list)
    for offer in server.proposals.waiting:
        records[offer.file].append(_record(offer))
    try:
        folder = _folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in folder.glob("*.json"):
            if _age(old) > KEPT_SECONDS:
                old.unlink(missing_ok=True)
        for file, offers in records.items():
            path = folder / _name(file)
            path.unlink(missing_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
                json.dump({"reloc_lsp": __version__, "offers": offers}, out)
    except OSError as error:
        logger.warning("proposals are not kept: %s", error)


async def bring_back(server: ReLocServer, uri: str) -> None:
    """Put on the table again what was kept for a document that was just opened, if its units are unchanged."""
    file = server.documents.file(uri)
    kept = await asyncio.to_thread(_taken, file) if file else []
    document = server.documents.opened(uri)
    if document is None or file is None:
        return
    for record in kept:
        offer = _offer(record, document.uri, file, document.source)
        if offer.change.rebased(document.module) is None:
            server.client.log(f"{offer.proposal.qualname} has changed, so the revision that was kept is dropped.")
            continue
        server.proposals.put_back(offer)
        change, before = offer.change, offer.proposal.before
        message = f"A revision waits. {offer.gain}"
        standing = UnitStatus(change.qualname, change.before, before.passed, before.total, message, offer.id)
        server.standings.note(document.uri, standing)
        server.client.show(f"{message} The code action {offer.title('Show')} puts it before you.")
        server.publish(document.uri)


def _record(offer: PendingProposal) -> dict[str, Any]:
    proposal = offer.proposal
    before, after = proposal.before, proposal.after
    return {
        "id": offer.id, "status": proposal.status, "message": proposal.message, "qualname": offer.change.qualname,
        "tests": [before.passed, before.total, after.passed, after.total], "verified": proposal.verified,
        "choices": [[c.change.before, c.change.after, c.words, c.diff] for c in offer.choices],
    }  # fmt: skip


def _offer(record: dict[str, Any], uri: str, file: Path, text: str) -> PendingProposal:
    from reloc_lsp.revision import Proposal, Tests

    name, (passed, total, now, of) = record["qualname"], record["tests"]
    choices = tuple(Choice(UnitChange(name, *texts), words, diff) for *texts, words, diff in record["choices"])
    proposal = Proposal(
        record["status"],
        record["message"],
        file=file.name,
        qualname=name,
        before=Tests(passed, total),
        after=Tests(now, of),
        verified=record["verified"],
        diff=choices[0].diff,
        original=text,
    )
    return PendingProposal(record["id"], uri, file, proposal, choices)


def _taken(file: Path) -> list[dict[str, Any]]:
    """What was kept for a file, which is then kept no longer; nothing of another release, whose shape may differ."""
    path = _folder() / _name(file)
    try:
        young = _age(path) <= KEPT_SECONDS
        kept = json.loads(path.read_text("utf-8"))
        path.unlink()
    except (OSError, ValueError):
        return []
    return list(kept["offers"]) if young and kept.get("reloc_lsp") == __version__ else []


def _folder() -> Path:
    import platformdirs  # Here, for the server's start is not to wait for it.

    return platformdirs.user_cache_path("reloc_lsp", appauthor=False) / "proposals"


def _name(file: Path) -> str:
    return hashlib.sha256(os.fsencode(file)).hexdigest() + ".json"


def _age(path: Path) -> float:
    return time.time() - path.stat().st_mtime
