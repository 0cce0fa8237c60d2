"""Selects the managed server that a search uses, if any."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from reloc_lsp.inference.managed.launch_plan import LaunchPlan
from reloc_lsp.inference.managed.state_file import RunningServer, running_servers, state_folder
from reloc_lsp.settings import ModelSettings

if TYPE_CHECKING:
    from reloc_lsp.inference.managed.managed_model import ManagedModel


def launch_plan(model: str, settings: ModelSettings) -> LaunchPlan:
    """How to serve `model`, which is a folder on this machine or a name on a hub."""
    folder = Path(model).expanduser()
    local = settings.local
    name = str(folder.resolve()) if folder.is_dir() else model
    return LaunchPlan(name, local.device, local.vllm, local.flags, local.idle_minutes * 60)


def managed_model(settings: ModelSettings, note: Callable[[str], None]) -> ManagedModel | None:
    """The model on the running server that the settings mean, or on one that they allow to start, else `None`.

    If the settings name no model, they mean the server that was started last. For `note` see `ManagedModel`.
    """
    if settings.base_url is not None:
        return None
    plan = None if settings.name is None else launch_plan(settings.name, settings)
    servers = [server for server in running_servers() if plan is None or _serves(server, plan, settings.name)]
    newest = max(servers, key=lambda server: server.state.since, default=None)
    source: LaunchPlan | RunningServer | None = newest
    if plan is not None and settings.local.start:
        # A server of the same model with other flags or on other GPUs is used rather than starting another one.
        source = plan if newest is None or newest.folder.path == state_folder(plan.name).path else newest
    if source is None:
        return None
    # Imported here: most searches have no model.
    from reloc_lsp.inference.managed.managed_model import ManagedModel
    from reloc_lsp.inference.request_timeouts import RequestTimeouts

    timeouts = RequestTimeouts(first_token=settings.first_token_timeout)
    return ManagedModel(source, note, timeouts=timeouts, in_flight=max(1, settings.in_flight))


def _serves(server: RunningServer, plan: LaunchPlan, name: str | None) -> bool:
    state = server.state
    return (state.model == plan.model or state.served_name == name) and plan.device in (None, state.device)
