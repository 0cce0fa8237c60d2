"""The settings: the editor's over those of the workspace's pyproject.toml and of the user's own file."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from reloc_lsp.server.session.editor_client import EditorClient

if TYPE_CHECKING:
    from reloc_lsp.settings import Layer, Settings

SECTION = "reloc"
READ_TIMEOUT_SECONDS = 2.0
"""How long the settings may be awaited from the editor before the known ones are used. Chosen by hand."""


class Configuration:
    """The layers of settings.

    From lowest to highest: the user's file, pyproject.toml, `initializationOptions`, the reply to
    `workspace/configuration`, and the settings sent with `workspace/didChangeConfiguration`.
    """

    def __init__(self, client: EditorClient) -> None:
        self._client = client
        self._initial: Mapping[str, Any] = {}
        self._requested: dict[Path | None, Mapping[str, Any]] = {}
        self._pushed: Mapping[str, Any] = {}
        self._reported: set[str] = set()
        self._reading: asyncio.Task[Any] | None = None

    def initialize(self, options: Any) -> None:
        """Take over `initializationOptions`: the settings, or a table that has them as `settings` or `reloc`."""
        values = self._table("initializationOptions", options)
        if "settings" in values:
            values = self._table("initializationOptions", values["settings"])
        self._initial = self._section("initializationOptions", values)

    def push(self, settings: Any) -> None:
        """Take over the settings of `workspace/didChangeConfiguration`; editors that answer requests send none."""
        self._pushed = self._section("settings", self._table("settings", settings))

    async def request(self, folders: Mapping[Path, str]) -> None:
        """Request the settings from the editor, in general and for each folder (its path and its URI)."""
        paths: list[Path | None] = [None, *folders]
        values = await self._client.configuration(SECTION, [None, *folders.values()])
        self._requested = {path: self._table("settings", value) for path, value in zip(paths, values, strict=True)}
        self._report(self._editor_settings(None)[1])

    def set_reading(self, task: asyncio.Task[Any]) -> None:
        """Remember the task that runs `request`, so that `ready` can wait for it."""
        self._reading = task

    async def ready(self, seconds: float = READ_TIMEOUT_SECONDS) -> None:
        """Wait until the latest `request` has ended, at most `seconds`."""
        if self._reading is not None:
            await asyncio.wait({self._reading}, timeout=seconds)

    async def apply_log_level(self) -> None:
        """Set the level of this server's loggers once the settings are read (`editor.log_level`).

        Without that setting the level is the one that the server was started with.
        """
        await self.ready()
        level = self._editor_settings(None)[0].editor.log_level
        logging.getLogger("reloc_lsp").setLevel(level.upper() if level else logging.NOTSET)

    def settings(self, root: Path) -> Settings:
        """The settings for the workspace folder `root`; each invalid value is reported to the user once."""
        from reloc_lsp.settings import pyproject_layer, user_layer  # Not needed for the reply to `initialize`.

        user, user_problems = user_layer()
        project, project_problems = pyproject_layer(root)
        settings, editor_problems = self._editor_settings(root, user, project)
        self._report(user_problems + project_problems + editor_problems)
        return settings

    @property
    def uses_model(self) -> bool:
        """Whether the editor's settings name a language model that takes part in searches."""
        settings, _ = self._editor_settings(None)
        return settings.model.chosen and settings.search.reviser != "rewrites"

    @property
    def trusted(self) -> bool:
        """Whether the editor trusts the workspace, so that its code may be run."""
        return self._editor_settings(None)[0].editor.trusted

    def _report(self, problems: list[str]) -> None:
        for problem in problems:
            if problem not in self._reported:
                self._reported.add(problem)
                self._client.show(problem, types.MessageType.Warning)

    def _editor_settings(self, root: Path | None, *lower: Layer) -> tuple[Settings, list[str]]:
        from reloc_lsp.settings import Layer, layered

        requested = self._requested.get(root, self._requested.get(None, {}))
        return layered(
            [
                *lower,
                Layer("initializationOptions", self._initial),
                Layer("settings", requested),
                Layer("settings", self._pushed),
            ]
        )

    def _section(self, name: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._table(f"{name}.{SECTION}", values[SECTION]) if SECTION in values else values

    def _table(self, name: str, value: Any) -> Mapping[str, Any]:
        if value is None:
            return {}
        if isinstance(value, Mapping):
            return value
        self._report([f"{name} is {value!r}, but must be a table of settings: it is ignored."])
        return {}
