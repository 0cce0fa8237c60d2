"""A real VS Code that runs in a browser: code-server, with the packaged extension."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SETTINGS = {
    "files.autoSave": "off",
    "security.workspace.trust.startupPrompt": "never",
    "workbench.startupEditor": "none",
    "editor.minimap.enabled": False,
    "workbench.colorTheme": "Default Dark Modern",
}
START_TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class CodeServer:
    """A running code-server: its URL, and the folder of its settings, extensions and logs."""

    url: str
    folder: Path


@contextmanager
def code_server(tools: Path, folder: Path, *flags: str) -> Iterator[CodeServer]:
    """A running VS Code. `flags` are passed to code-server."""
    user = folder / "user" / "User"
    user.mkdir(parents=True)
    (user / "settings.json").write_text(json.dumps(SETTINGS))
    program = ["node", str(tools / "node_modules/code-server/out/node/entry.js")]
    program += ["--user-data-dir", str(folder / "user"), "--extensions-dir", str(folder / "extensions")]
    environment = {**os.environ, "XDG_CONFIG_HOME": str(folder / "config"), "XDG_STATE_HOME": str(folder / "state")}
    installing = [*program, "--install-extension", str(tools / "reloc.vsix")]
    subprocess.run(installing, env=environment, check=True, capture_output=True)
    program += ["--bind-addr", "127.0.0.1:0", "--auth", "none", "--disable-telemetry", "--disable-update-check"]
    log = folder / "code-server.log"
    with log.open("wb") as out:
        running = subprocess.Popen(
            [*program, "--disable-getting-started-override", *flags],
            env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
    try:
        yield CodeServer(_url(running, log), folder)
    finally:
        os.killpg(running.pid, signal.SIGTERM)
        running.wait(20)


def _url(running: subprocess.Popen[bytes], log: Path) -> str:
    end = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < end and running.poll() is None:
        listening = re.search(r"listening on (http://[\d.:]+)", log.read_text())
        if listening:
            return listening[1]
        time.sleep(0.1)
    raise AssertionError(f"code-server did not start: {log.read_text()[-2000:]}")
