"""Selects the engine and the managed server that a search uses, if any."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from reloc_lsp.inference.local_machine.gguf_files import find_gguf
from reloc_lsp.inference.local_machine.gpu import has_cuda_or_rocm
from reloc_lsp.inference.managed.launch_plan import LaunchPlan, folder_name
from reloc_lsp.inference.managed.llama_cpp_plan import LlamaCppPlan, installed_llama_cpp
from reloc_lsp.inference.managed.state_file import RunningServer, running_servers, state_folder
from reloc_lsp.inference.managed.vllm_plan import VllmPlan, installed_vllm
from reloc_lsp.settings import ModelSettings

if TYPE_CHECKING:
    from reloc_lsp.inference.managed.managed_model import ManagedModel


def launch_plan(model: str, settings: ModelSettings) -> LaunchPlan:
    """How to serve `model`: a GGUF file, a folder with a model, or a name.

    The program that the settings name decides. Without one llama.cpp serves files, and vLLM folders. A name is served
    by vLLM if there is a GPU of CUDA or ROCm, by llama.cpp elsewhere, and by the other one if only that one can.
    """
    local, path = settings.local, Path(model).expanduser()
    if local.vllm is not None:
        return _vllm_plan(model, settings)
    if local.llama_server is not None or path.is_file():
        return _llama_cpp_plan(model, settings)
    if path.is_dir():
        return _vllm_plan(model, settings)
    plans: list[LaunchPlan] = [_llama_cpp_plan(model, settings), _vllm_plan(model, settings)]
    if has_cuda_or_rocm():
        plans.reverse()
    return next((plan for plan in plans if plan.available), plans[0])


def installed_engines() -> list[str]:
    """The engines that can serve a model here, with their programs, the first choice first."""
    llama_cpp, vllm = installed_llama_cpp(), installed_vllm()
    engines = [f"llama.cpp ({llama_cpp[0] if len(llama_cpp) == 1 else 'xllamacpp'})"] if llama_cpp else []
    engines += [f"vLLM ({vllm})"] if vllm else []
    return engines[::-1] if has_cuda_or_rocm() else engines


def managed_model(settings: ModelSettings, note: Callable[[str], None]) -> ManagedModel | None:
    """The model on the running server that the settings mean, or on one that they allow to start, else `None`.

    If the settings name no model, they mean the server that was started last, once it is ready: nobody has asked this
    search to wait for one. For `note` see `ManagedModel`.
    """
    if settings.base_url is not None:
        return None
    plan = None if settings.name is None else launch_plan(settings.name, settings)
    servers = [server for server in running_servers() if _is_meant(server, plan, settings.name)]
    newest = max(servers, key=lambda server: server.state.since, default=None)
    source: LaunchPlan | RunningServer | None = newest
    if plan is not None and settings.local.start:
        # A server of the same model with other flags or on other GPUs is used rather than starting another one.
        source = plan if newest is None or newest.folder.path == state_folder(folder_name(plan)).path else newest
    if source is None:
        if plan is None:
            _note_starting(note)
        return None
    # Imported here: most searches have no model.
    from reloc_lsp.inference.managed.managed_model import ManagedModel
    from reloc_lsp.inference.request_timeouts import RequestTimeouts

    timeouts = RequestTimeouts(first_token=settings.first_token_timeout)
    return ManagedModel(source, note, timeouts=timeouts, in_flight=max(1, settings.in_flight), fim=settings.fim)


def _vllm_plan(model: str, settings: ModelSettings) -> VllmPlan:
    path, local = Path(model).expanduser(), settings.local
    name = str(path.resolve()) if path.is_dir() else model
    return VllmPlan(name, local.device, local.vllm, local.flags, local.idle_minutes * 60)


def _llama_cpp_plan(model: str, settings: ModelSettings) -> LlamaCppPlan:
    path, local = Path(model).expanduser(), settings.local
    downloaded = None if path.is_file() else find_gguf(model)
    return LlamaCppPlan(
        str(path.resolve()) if path.is_file() else str(downloaded.path) if downloaded else model,
        alias=path.name.removesuffix(".gguf") if path.is_file() else model,
        llama_server=local.llama_server,
        device=local.device,
        flags=local.flags,
        idle_seconds=local.idle_minutes * 60,
    )


def _note_starting(note: Callable[[str], None]) -> None:
    for server in running_servers():
        note(f"The server of {server.state.model} is still starting; this search did not wait for it.")


def _is_meant(server: RunningServer, plan: LaunchPlan | None, name: str | None) -> bool:
    state = server.state
    if plan is None:
        return state.phase == "ready"
    return (state.model == plan.model or state.served_name == name) and plan.device in (None, state.device)
