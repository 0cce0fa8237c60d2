"""`workspace/didChangeConfiguration`."""

from __future__ import annotations

from lsprotocol import types

from reloc_lsp.server.jobs.job_registry import Job, StopReason
from reloc_lsp.server.language_server import ReLocServer


def did_change_configuration(ls: ReLocServer, params: types.DidChangeConfigurationParams) -> None:
    """Take over the settings that were sent, request the others, and stop the searches with outdated settings."""
    session = ls.session
    session.configuration.push(params.settings)
    session.request_settings()
    session.tasks.start(_stop_outdated(ls), "comparing settings")
    session.tasks.start(session.configuration.apply_log_level(), "applying the log level")


async def _stop_outdated(ls: ReLocServer) -> None:
    def is_outdated(job: Job) -> bool:
        return job.settings not in (None, ls.session.settings_for(job.file))

    await ls.session.configuration.ready()
    ls.revisions.jobs.stop(StopReason.SETTINGS, is_outdated)
