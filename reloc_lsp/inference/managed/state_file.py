"""The folder of one managed server: who holds its lock is alive, and what it wrote last is how it stands."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

Phase = Literal["starting", "ready", "ended"]


@dataclass(frozen=True, slots=True)
class Record:
    """How a server stands: `why` says why it ended; `since` is the time it was started, in seconds of the epoch."""

    model: str
    served_name: str
    device: str | None
    port: int
    supervisor: int
    phase: Phase
    since: float
    key: str = field(repr=False)
    why: str = ""

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self.port}/v1"


class Folder:
    """Where one server's lock, record and log are."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.log = path / "vllm.log"
        self._record = path / "server.json"
        self._lock = path / "lock"

    def read(self) -> Record | None:
        """What the server wrote last; `None` if nothing that is understood."""
        try:
            values: dict[str, Any] = json.loads(self._record.read_text("utf-8"))
            return Record(**values)
        except (OSError, ValueError, TypeError):
            return None

    def write(self, record: Record) -> None:
        """Replace what the server wrote last; no one else may read it, for the key is in it."""
        new = self._record.with_suffix(".new")
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(asdict(record), file)
        new.replace(self._record)

    def forget(self) -> None:
        """Remove the record of a server that was before."""
        self._record.unlink(missing_ok=True)

    @contextlib.contextmanager
    def locked(self) -> Iterator[int | None]:
        """The descriptor of the lock if no server has it, else `None`; whoever inherits it holds the lock too."""
        import fcntl

        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
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
        if not self._lock.exists():
            return False
        with self.locked() as descriptor:
            return descriptor is None

    def last_lines(self, most: int = 200) -> list[str]:
        """The end of the log."""
        with contextlib.suppress(OSError), open(self.log, "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - 100_000))
            return file.read().decode("utf-8", "replace").splitlines()[-most:]
        return []


def folder_of(name: str) -> Folder:
    """The folder of the server of that name, of this user."""
    return Folder(_root() / name)


def all_folders() -> list[Folder]:
    """The folders of all servers that ever were started by this user."""
    with contextlib.suppress(OSError):
        return [Folder(path) for path in sorted(_root().iterdir()) if path.is_dir()]
    return []


@dataclass(frozen=True)
class Server:
    """A managed server that lives: where it keeps things, and how it stands."""

    folder: Folder
    record: Record


def living() -> list[Server]:
    """The servers of this user that start or are ready."""
    if os.name == "nt":
        return []
    found = [(folder, folder.read()) for folder in all_folders() if folder.alive()]
    return [Server(folder, record) for folder, record in found if record is not None and record.phase != "ended"]


def _root() -> Path:
    import platformdirs

    return platformdirs.user_state_path("reloc_lsp", appauthor=False) / "models"
