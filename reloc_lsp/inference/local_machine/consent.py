"""Remembers which of the model servers on this machine the user lets searches use: in the user's state folder."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from reloc_lsp.inference.local_machine.server_discovery import FoundServer


def answer_about(server: FoundServer) -> bool | None:
    """What the user said when asked whether to use a server; `None` if it was never asked or not answered."""
    return _answers().get(_key(server))


def remember(server: FoundServer, use: bool) -> None:
    """Store what the user said about a server. Raises `OSError` if it cannot be stored."""
    file = _file()
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_suffix(f".{os.getpid()}")
    new.write_text(json.dumps({**_answers(), _key(server): use}, indent=1), "utf-8")
    new.replace(file)


def forget_answers() -> bool:
    """Forget everything that the user said; whether there was anything."""
    known = bool(_answers())
    _file().unlink(missing_ok=True)
    return known


def _answers() -> Mapping[str, bool]:
    try:
        answers = json.loads(_file().read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {key: use for key, use in answers.items() if isinstance(use, bool)} if isinstance(answers, dict) else {}


def _key(server: FoundServer) -> str:
    """A server is its program at its address: if another program listens there, the user is asked again."""
    return f"{server.program} at {server.url}"


def _file() -> Path:
    import platformdirs  # Not at the top: most searches find no server.

    return platformdirs.user_state_path("reloc_lsp", appauthor=False) / "model-servers.json"
