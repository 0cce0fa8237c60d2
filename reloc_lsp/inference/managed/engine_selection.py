"""Which managed server a search is to ask, if any."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from reloc_lsp.inference.managed.launch_plan import Plan
from reloc_lsp.inference.managed.state_file import Server, folder_of, living
from reloc_lsp.settings import ModelSettings

if TYPE_CHECKING:
    from reloc_lsp.inference.managed.managed_model import ManagedModel


def plan_of(model: str, settings: ModelSettings) -> Plan:
    """How `model` is to be served; one that is a folder here is taken from there."""
    folder = Path(model).expanduser()
    local = settings.local
    name = str(folder.resolve()) if folder.is_dir() else model
    return Plan(name, local.device, local.vllm, local.flags, local.idle_minutes * 60)


def managed_model(settings: ModelSettings, note: Callable[[str], None]) -> ManagedModel | None:
    """The model on a living server that the settings mean, or on one that they allow to be started; else `None`.

    Where no model is named, the server that was started last is meant. For `note` see `ManagedModel`.
    """
    if settings.base_url is not None:
        return None
    plan = None if settings.name is None else plan_of(settings.name, settings)
    meant = [server for server in living() if plan is None or _serves(server, plan, settings.name)]
    newest = max(meant, key=lambda server: server.record.since, default=None)
    source: Plan | Server | None = newest
    if plan is not None and settings.local.start:
        # Another one that serves it, under other flags or on other GPUs, will do.
        source = plan if newest is None or newest.folder.path == folder_of(plan.name).path else newest
    if source is None:
        return None
    # Loaded here: most searches have no model.
    from reloc_lsp.inference.managed.managed_model import ManagedModel
    from reloc_lsp.inference.request_timeouts import RequestTimeouts

    timeouts = RequestTimeouts(first_token=settings.patience)
    return ManagedModel(source, note, timeouts=timeouts, in_flight=max(1, settings.in_flight))


def _serves(server: Server, plan: Plan, name: str | None) -> bool:
    record = server.record
    return (record.model == plan.model or record.served_name == name) and plan.device in (None, record.device)
