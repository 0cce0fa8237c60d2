"""`workspace/didChangeConfiguration`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from reloc_lsp.server.jobs.job_registry import Job, StopReason
from reloc_lsp.server.language_server import ReLocServer
from reloc_lsp.server.session.log_level import heed_log_level
from reloc_lsp.server.session.workspace_roots import root_of

if TYPE_CHECKING:
    from reloc_lsp.settings import Settings


def did_change_configuration(ls: ReLocServer, params: types.DidChangeConfigurationParams) -> None:
    """Take over the settings that came along, ask for the rest, and stop the searches that began with others."""
    ls.configuration.push(params.settings)
    ls.read_settings()
    ls.tasks.start(_stop_outdated(ls), "comparing settings")
    ls.tasks.start(heed_log_level(ls), "heeding the log level")


async def _stop_outdated(ls: ReLocServer) -> None:
    await ls.configuration.ready()
    ls.jobs.stop(StopReason.SETTINGS, lambda job: job.settings not in (None, _now(ls, job)))


def _now(ls: ReLocServer, job: Job) -> Settings:
    return ls.configuration.settings(root_of(job.file, ls.documents.roots))
