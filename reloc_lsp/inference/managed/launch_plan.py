"""A plan to serve a model: the command of an engine and its environment."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from reloc_lsp.search.interfaces.language_model import ModelError

_MAX_NAME = 60
"""Characters of a model's name in the name of its folder; chosen by hand."""


class LaunchPlan(Protocol):
    """A server that may be started: an engine, its model, and the flags of both."""

    @property
    def engine(self) -> str:
        """The name of the engine, for messages."""
        ...

    @property
    def model(self) -> str:
        """The model: a file, a folder, or a name on a hub."""
        ...

    @property
    def served_name(self) -> str:
        """The name of the model in requests."""
        ...

    @property
    def device(self) -> str | None:
        """The GPUs that the server may use, as in CUDA_VISIBLE_DEVICES; none: the engine chooses."""
        ...

    @property
    def idle_seconds(self) -> float:
        """The server ends after this time without a request."""
        ...

    @property
    def shares_processors(self) -> bool:
        """Whether the model computes on the processors of this machine."""
        ...

    @property
    def slots(self) -> int | None:
        """The requests that the server works on at once; `None` if it decides that by itself."""
        ...

    @property
    def available(self) -> bool:
        """Whether the engine is installed and has the model, or can get it by itself."""
        ...

    def command(self, port: int) -> list[str]:
        """The command line; raises a permanent `ModelError` if the engine or its model is missing, or a flag wrong."""
        ...

    def environment(self, key: str, inherited: Mapping[str, str]) -> dict[str, str]:
        """The environment of the engine: the `inherited` one with the `key` of the server."""
        ...


def folder_name(plan: LaunchPlan) -> str:
    """The name of the folder of a plan's server: one for each model and device."""
    readable = re.sub(r"[^A-Za-z0-9.]+", "-", plan.model).strip("-.")[-_MAX_NAME:]
    digest = hashlib.sha256(f"{plan.model}\0{plan.device or ''}".encode()).hexdigest()[:8]
    return f"{readable}-{digest}"


def check_flags(flags: Sequence[str], fixed: Sequence[str], program: str) -> None:
    """Raise a permanent `ModelError` if `flags` set one of the `fixed` ones, which only ReLoc LSP may set."""
    for flag in flags:
        name = flag.partition("=")[0]
        if name in fixed:
            raise ModelError(
                f"{name} is chosen by reloc-lsp for a server that it starts. To serve others, or elsewhere, run "
                f"{program} yourself and give its address with --base-url.",
                permanent=True,
            )


def flag_value(flags: Sequence[str], *names: str) -> str | None:
    """The value of the last of these flags, written as `--name VALUE` or `--name=VALUE`; `None` if there is none."""
    value = None
    for position, flag in enumerate(flags):
        name, separator, joined = flag.partition("=")
        if name in names:
            value = joined if separator else next(iter(flags[position + 1 :]), None)
    return value


def engine_environment(inherited: Mapping[str, str], device: str | None) -> dict[str, str]:
    """The `inherited` environment without the keys of other servers; `device` restricts the GPUs."""
    kept = {name: value for name, value in inherited.items() if not name.endswith("_API_KEY")}
    return kept if device is None else {**kept, "CUDA_VISIBLE_DEVICES": device}
