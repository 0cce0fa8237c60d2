"""A plan to serve a model with vLLM."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reloc_lsp.inference.local_machine.gpu import has_gpu
from reloc_lsp.inference.managed.launch_plan import check_flags, engine_environment, flag_value
from reloc_lsp.search.interfaces.language_model import ModelError

HOW_TO_INSTALL = (
    "Install it into an environment of its own (python3 -m venv ~/vllm && ~/vllm/bin/pip install vllm), and name it "
    "with --vllm ~/vllm/bin/vllm or in the setting model.local.vllm."
)
_FIXED_FLAGS = ("--host", "--port", "--api-key", "--uds")
"""Flags that ReLoc LSP sets itself."""


@dataclass(frozen=True, slots=True)
class VllmPlan:
    """A `LaunchPlan` for the program `vllm` (none: it is searched); `flags` are passed on to it.

    `model` is a folder or a name on the Hugging Face hub. `device` are the GPUs (none: vLLM chooses).
    """

    model: str
    device: str | None = None
    vllm: str | None = None
    flags: tuple[str, ...] = ()
    idle_seconds: float = 1800.0
    engine: str = "vLLM"
    slots: int | None = None

    @property
    def served_name(self) -> str:
        """The name of the model in requests."""
        return flag_value(self.flags, "--served-model-name") or self.model

    @property
    def shares_processors(self) -> bool:
        """Whether vLLM computes on the processors: a build of it for CPUs does, and no other runs without a GPU."""
        return not has_gpu()

    @property
    def available(self) -> bool:
        """Whether vLLM is installed; it downloads models by itself."""
        return self.vllm is not None or installed_vllm() is not None

    def command(self, port: int) -> list[str]:
        """The command line of vLLM; raises a permanent `ModelError` if vLLM is not installed."""
        check_flags(self.flags, _FIXED_FLAGS, "vllm serve")
        fixed = [find_vllm(self.vllm), "serve", self.model, "--host", "127.0.0.1", "--port", str(port)]
        named = [] if self.served_name != self.model else ["--served-model-name", self.model]
        return [*fixed, *named, "--enable-prompt-tokens-details", *self.flags]

    def environment(self, key: str, inherited: Mapping[str, str]) -> dict[str, str]:
        """The environment of vLLM: the `inherited` one with its `key`, and without the keys of other servers."""
        kept = engine_environment(inherited, self.device)
        return {"VLLM_NO_USAGE_STATS": "1", **kept, "VLLM_API_KEY": key, "PYTHONUNBUFFERED": "1"}


def find_vllm(named: str | None) -> str:
    """The absolute path of `vllm`: the `named` one, else the one beside this Python, else the one on the PATH.

    Raises a permanent `ModelError` if there is none.
    """
    if named is not None:
        found = shutil.which(str(Path(named).expanduser()))
        if found is None:
            raise ModelError(f"There is no program {named} to serve models with. {HOW_TO_INSTALL}", permanent=True)
        return os.path.abspath(found)
    found = installed_vllm()
    if found is None:
        raise ModelError(
            f"vLLM is not installed: there is no program vllm beside {sys.executable} or on the PATH. {HOW_TO_INSTALL}",
            permanent=True,
        )
    return found


def installed_vllm() -> str | None:
    """The path of the `vllm` beside this Python, else of the one on the PATH; `None` if there is none."""
    return shutil.which("vllm", path=str(Path(sys.executable).parent)) or shutil.which("vllm")
