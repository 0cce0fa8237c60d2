"""The settings that the editor tells, over those of the workspace's pyproject.toml and of the user's own file."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from reloc_lsp.server.session.editor_client import Client

if TYPE_CHECKING:
    from reloc_lsp.settings import Layer, Settings

SECTION = "reloc"


class Configuration:
    """Layers of settings, lowest first: the user's file, pyproject.toml, initialization options, asked for, pushed."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._initial: Mapping[str, Any] = {}
        self._asked: dict[Path | None, Mapping[str, Any]] = {}
        self._pushed: Mapping[str, Any] = {}
        self._said: set[str] = set()
        self._asking: asyncio.Task[Any] | None = None

    def initialize(self, options: Any) -> None:
        """Take over `initializationOptions`: the settings, plainly or under `settings` or `reloc`."""
        values = self._table("initializationOptions", options)
        if "settings" in values:
            values = self._table("initializationOptions", values["settings"])
        self._initial = self._nested("initializationOptions", values)

    def push(self, settings: Any) -> None:
        """Take over the settings of `workspace/didChangeConfiguration`; editors that are asked send none."""
        self._pushed = self._nested("settings", self._table("settings", settings))

    def ask(self, asking: asyncio.Task[Any]) -> None:
        """Remember the question to the editor that is under way, for `ready`."""
        self._asking = asking

    async def refresh(self, folders: Mapping[Path, str]) -> None:
        """Ask the editor for its settings, for each folder (path to address) and in general."""
        paths: list[Path | None] = [None, *folders]
        values = await self._client.configuration(SECTION, [None, *folders.values()])
        self._asked = {path: self._table("settings", value) for path, value in zip(paths, values, strict=True)}
        self.complain(self._editor(None)[1])

    async def ready(self, seconds: float = 2.0) -> None:
        """Wait until the editor has answered what it was asked last, at most `seconds`."""
        if self._asking is not None:
            await asyncio.wait({self._asking}, timeout=seconds)

    def settings(self, root: Path) -> Settings:
        """What holds in the workspace folder `root`; what cannot be used is said once."""
        from reloc_lsp.settings import pyproject_layer, user_layer  # Not before the editor has its first answer.

        user, complaints = user_layer()
        project, more = pyproject_layer(root)
        settings, most = self._editor(root, user, project)
        self.complain(complaints + more + most)
        return settings

    @property
    def model_chosen(self) -> bool:
        """Whether the editor's settings name a model that takes part in searches."""
        settings, _ = self._editor(None)
        return settings.model.chosen and settings.search.reviser != "rewrites"

    @property
    def trusted(self) -> bool:
        """Whether the editor trusts the workspace, so that its code may be run."""
        return self._editor(None)[0].editor.trusted

    @property
    def log_level(self) -> str | None:
        """What the editor wants logged, if it says."""
        return self._editor(None)[0].editor.log_level

    def complain(self, complaints: list[str]) -> None:
        """Say each complaint to the user, once."""
        for complaint in complaints:
            if complaint not in self._said:
                self._said.add(complaint)
                self._client.show(complaint, types.MessageType.Warning)

    def _editor(self, root: Path | None, *lower: Layer) -> tuple[Settings, list[str]]:
        from reloc_lsp.settings import Layer, layered

        asked = self._asked.get(root, self._asked.get(None, {}))
        return layered(
            [
                *lower,
                Layer("initializationOptions", self._initial),
                Layer("settings", asked),
                Layer("settings", self._pushed),
            ]
        )

    def _nested(self, name: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._table(f"{name}.{SECTION}", values[SECTION]) if SECTION in values else values

    def _table(self, name: str, value: Any) -> Mapping[str, Any]:
        if value is None:
            return {}
        if isinstance(value, Mapping):
            return value
        self.complain([f"{name} is {value!r}, but must be a table of settings: it is left out."])
        return {}
