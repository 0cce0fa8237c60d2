"""A plan to serve a model with vLLM: the command and its environment."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reloc_lsp.search.interfaces.language_model import ModelError

HOW_TO_INSTALL = (
    "Install it into an environment of its own (python3 -m venv ~/vllm && ~/vllm/bin/pip install vllm), and name it "
    "with --vllm ~/vllm/bin/vllm or in the setting model.local.vllm."
)
_FIXED_FLAGS = ("--host", "--port", "--api-key", "--uds")
"""Flags that ReLoc LSP sets itself."""

_MAX_NAME = 60
"""Characters of a model's name in the name of its folder; chosen by hand."""


@dataclass(frozen=True, slots=True)
class LaunchPlan:
    """A server that may be started, for `model`, on the GPUs `device` (as in CUDA_VISIBLE_DEVICES; none: vLLM chooses).

    `vllm` is the path of the program (none: it is searched). `flags` are passed on to it. The server ends after
    `idle_seconds` without a request.
    """

    model: str
    device: str | None = None
    vllm: str | None = None
    flags: tuple[str, ...] = ()
    idle_seconds: float = 1800.0

    @property
    def name(self) -> str:
        """The name of the server's folder: one for each model and device."""
        readable = re.sub(r"[^A-Za-z0-9.]+", "-", self.model).strip("-.")[-_MAX_NAME:]
        digest = hashlib.sha256(f"{self.model}\0{self.device or ''}".encode()).hexdigest()[:8]
        return f"{readable}-{digest}"

    @property
    def served_name(self) -> str:
        """The name of the model in requests."""
        for position, flag in enumerate(self.flags):
            if flag == "--served-model-name" and position + 1 < len(self.flags):
                return self.flags[position + 1]
            if flag.startswith("--served-model-name="):
                return flag.partition("=")[2]
        return self.model

    def check(self) -> None:
        """Raise a permanent `ModelError` if `flags` set what only ReLoc LSP may set."""
        for flag in self.flags:
            if flag.partition("=")[0] in _FIXED_FLAGS:
                raise ModelError(
                    f"{flag.partition('=')[0]} is chosen by reloc-lsp for a server that it starts. To serve others, or "
                    "elsewhere, run vllm serve yourself and give its address with --base-url.",
                    permanent=True,
                )

    def command(self, port: int) -> list[str]:
        """The command line of vLLM; raises a permanent `ModelError` if vLLM is not installed."""
        self.check()
        fixed = [find_vllm(self.vllm), "serve", self.model, "--host", "127.0.0.1", "--port", str(port)]
        named = [] if self.served_name != self.model else ["--served-model-name", self.model]
        return [*fixed, *named, "--enable-prompt-tokens-details", *self.flags]

    def environment(self, key: str, inherited: Mapping[str, str]) -> dict[str, str]:
        """The environment of vLLM: the `inherited` one with its `key`, and without the keys of other servers."""
        kept = {name: value for name, value in inherited.items() if not name.endswith("_API_KEY")}
        chosen = {} if self.device is None else {"CUDA_VISIBLE_DEVICES": self.device}
        return {"VLLM_NO_USAGE_STATS": "1", **kept, **chosen, "VLLM_API_KEY": key, "PYTHONUNBUFFERED": "1"}


def find_vllm(named: str | None) -> str:
    """The absolute path of `vllm`: the `named` one, else the one beside this Python, else the one on the PATH.

    Raises a permanent `ModelError` if there is none.
    """
    if named is not None:
        found = shutil.which(str(Path(named).expanduser()))
        if found is None:
            raise ModelError(f"There is no program {named} to serve models with. {HOW_TO_INSTALL}", permanent=True)
        return os.path.abspath(found)
    found = shutil.which("vllm", path=str(Path(sys.executable).parent)) or shutil.which("vllm")
    if found is None:
        raise ModelError(
            f"vLLM is not installed: there is no program vllm beside {sys.executable} or on the PATH. {HOW_TO_INSTALL}",
            permanent=True,
        )
    return found
