"""Plugins of pytest that are taken out of a session: their work is not needed or would change how tests end."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from .pytest_compat import has_warning_options

RERUN_PLUGINS = ("lfplugin", "nfplugin", "stepwiseplugin", "rerunfailures")
"""Names of the plugins that remember how tests end, or run failing tests again."""
REPORTING_PLUGINS = ("terminalreporter", "junitxml", "stepwise", "pastebin", "cacheprovider")
"""Names of the plugins that only report or store something about the session."""


def unregister(session: pytest.Session, names: Sequence[str]) -> None:
    """Remove the plugins of these names, if they are there."""
    manager = session.config.pluginmanager
    for name in names:
        plugin = manager.get_plugin(name)
        if plugin is not None:
            manager.unregister(plugin)


def unregister_unused(session: pytest.Session) -> None:
    """Remove plugins that only report, or that no collected test uses: every hook that is left takes time per test."""
    config, items = session.config, session.items
    names = [*REPORTING_PLUGINS, *RERUN_PLUGINS]
    fixtures = {name for item in items for name in getattr(item, "fixturenames", ())}
    if "caplog" not in fixtures and not config.getini("log_level"):
        names.append("logging-plugin")
    marks = {mark.name for item in items for mark in item.iter_markers()}
    if "filterwarnings" not in marks and not config.getini("filterwarnings") and not has_warning_options(config):
        names.append("warnings")
    unregister(session, names)
