"""The folder of one managed server: its state, its log, and a lock that the server holds while it runs."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

Phase = Literal["starting", "ready", "ended"]

_MAX_LOG_BYTES = 100_000
"""Bytes from the end of the log that are read; chosen by hand."""


@dataclass(frozen=True, slots=True)
class ServerState:
    """The state of a server.

    `supervisor` is the process id of its supervisor. `since` is when it was started, in seconds since the epoch. `why`
    is a sentence about why it ended. `engine` is the name of the program that serves the model, and
    `shares_processors` says whether it computes on the processors of this machine. `slots` is how many requests it
    works on at once, `None` if it decides that by itself.
    """

    model: str
    served_name: str
    device: str | None
    port: int
    supervisor: int
    phase: Phase
    since: float
    key: str = field(repr=False)
    why: str = ""
    engine: str = "vLLM"
    shares_processors: bool = False
    slots: int | None = None

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self.port}/v1"


class StateFolder:
    """The folder with the lock, the state file and the log of one server."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.log = path / "server.log"
        self._state_file = path / "server.json"
        self._lock_file = path / "lock"

    def read(self) -> ServerState | None:
        """The state that was written last; `None` if there is none, or none of this version."""
        try:
            values: dict[str, Any] = json.loads(self._state_file.read_text("utf-8"))
            return ServerState(**values)
        except (OSError, ValueError, TypeError):
            return None

    def write(self, state: ServerState) -> None:
        """Replace the state. Only the user may read the file, which contains the key."""
        new = self._state_file.with_suffix(".new")
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(asdict(state), file)
        new.replace(self._state_file)

    def forget(self) -> None:
        """Remove the state of an earlier server."""
        self._state_file.unlink(missing_ok=True)

    @contextlib.contextmanager
    def locked(self) -> Iterator[int | None]:
        """The descriptor of the lock, or `None` if a server holds it; who inherits the descriptor holds the lock."""
        import fcntl

        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self._lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield None
            else:
                yield descriptor
        finally:
            os.close(descriptor)

    def alive(self) -> bool:
        """Whether a server holds the lock."""
        if not self._lock_file.exists():
            return False
        with self.locked() as descriptor:
            return descriptor is None

    def last_lines(self, count: int = 200) -> list[str]:
        """The last lines of the log, at most `count`."""
        with contextlib.suppress(OSError), open(self.log, "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - _MAX_LOG_BYTES))
            return file.read().decode("utf-8", "replace").splitlines()[-count:]
        return []


def state_folder(name: str) -> StateFolder:
    """The folder of this user's server with that name; see `folder_name`."""
    return StateFolder(_root() / name)


def all_state_folders() -> list[StateFolder]:
    """The folders of all servers that this user has ever started."""
    with contextlib.suppress(OSError):
        return [StateFolder(path) for path in sorted(_root().iterdir()) if path.is_dir()]
    return []


@dataclass(frozen=True)
class RunningServer:
    """A managed server that runs: its folder and its state."""

    folder: StateFolder
    state: ServerState


def running_servers() -> list[RunningServer]:
    """The servers of this user that are starting or ready."""
    if os.name == "nt":
        return []
    found = [(folder, folder.read()) for folder in all_state_folders() if folder.alive()]
    return [RunningServer(folder, state) for folder, state in found if state is not None and state.phase != "ended"]


def _root() -> Path:
    import platformdirs

    return platformdirs.user_state_path("reloc_lsp", appauthor=False) / "models"
