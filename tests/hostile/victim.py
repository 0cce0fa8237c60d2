"""The target of hostile candidates: files, listeners and a process that exist only for the test."""

from __future__ import annotations

import contextlib
import ctypes
import os
import secrets
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from listeners import Listeners
from observed_state import State, file_state, process_state, processes_with

SECRET_VARIABLE = "RELOC_VICTIM_SECRET"

PROCESS = f"""
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGKILL)
secret = ctypes.create_string_buffer(os.environ["{SECRET_VARIABLE}"].encode())
held = os.open(sys.argv[1], os.O_RDONLY)
print(ctypes.addressof(secret), held, flush=True)
while True:
    signal.pause()
"""
"""A process with the secret in its environment, arguments, memory, an open file and folder. Ends with its parent."""


class Victim:
    """Files below `folder` and in the workspace `origin`, listeners, and a process; a context manager.

    `facts` are what the behaviours know about it. All methods compare with the state at the beginning.
    """

    def __init__(self, folder: Path, origin: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.origin = origin
        self.token = "reloc_victim_" + secrets.token_hex(6)
        self.secret = "secret-" + secrets.token_hex(12)
        self.key = secrets.randbits(31)
        self.roots = {"victim": folder, "origin": origin}
        self.shared = Path("/dev/shm") / secrets.token_hex(12)

    def __enter__(self) -> Victim:
        """Create everything, and record its state."""
        for root in self.roots.values():
            _fill(root)
        (self.folder / "key").write_text(self.secret)
        self.shared.write_text(self.secret)
        (self.home / ".ssh").mkdir(parents=True)
        (self.home / ".ssh/id_rsa").write_text(self.secret)
        (self.origin / ".git/hooks").mkdir(parents=True)
        self.listeners = Listeners(self.folder, self.token, self.secret)
        environment = {**os.environ, SECRET_VARIABLE: self.secret}
        command = [sys.executable, "-I", "-S", "-c", PROCESS, str(self.folder / "key"), self.secret]
        self.process = subprocess.Popen(
            command, env=environment, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            start_new_session=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        address, held = self.process.stdout.readline().split()
        self.facts: Mapping[str, str] = {
            "victim": str(self.folder), "origin": str(self.origin), "home": str(self.home), "token": self.token,
            "secret": self.secret, "key": str(self.key), "pid": str(self.process.pid), "address": address.decode(),
            "held": held.decode(), "report": str(self.folder / "report"), "hash": _hash_of_a(0),
            "other_hash": _hash_of_a(1), "shared": str(self.shared), **self.listeners.facts,
        }  # fmt: skip
        self._before = self._file_states()
        self._process_before = self._standing()
        return self

    def __exit__(self, *_: object) -> None:
        """Remove everything, including what the behaviours left."""
        self.listeners.close()
        self.process.kill()
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()
        for pid in processes_with(self.token):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for path in self._leftovers():
            with contextlib.suppress(OSError):
                path.unlink()
        libc = ctypes.CDLL(None, use_errno=True)
        for get, control in ((libc.shmget, libc.shmctl), (libc.semget, libc.semctl), (libc.msgget, libc.msgctl)):
            number = _system_v(get, self.key)
            if number >= 0:
                control(number, 0, *([0] if get is libc.semget else []), None)
        if hasattr(libc, "mq_unlink"):
            libc.mq_unlink(f"/{self.token}".encode())
        libc.umount2(str(self.folder / "mount").encode(), 2)
        self.shared.unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def changed(self, name: str) -> bool:
        """Whether a path like `victim/key`, or anything in a folder like `origin/old`, has changed."""
        now = self._file_states()
        names = {path for path in {*self._before, *now} if path == name or path.startswith(name + "/")}
        return any(self._before.get(path) != now.get(path) for path in names)

    def reached(self, listener: str) -> bool:
        """Whether something reached a listener: `tcp`, `udp`, `socket`, `abstract` or `terminal`."""
        return self.listeners.count(listener) > 0

    def disturbed(self) -> bool:
        """Whether the process ended, is stopped or traced, or has another priority or limit than before."""
        return self.process.poll() is not None or self._standing() != self._process_before

    def left(self) -> bool:
        """Whether a behaviour left something behind that has the token: shared memory, a queue, a file or a process."""
        libc = ctypes.CDLL(None, use_errno=True)
        numbers = [_system_v(get, self.key) for get in (libc.shmget, libc.semget, libc.msgget)]
        queue = libc.mq_open(f"/{self.token}".encode(), os.O_RDONLY) if hasattr(libc, "mq_open") else -1
        if queue >= 0:
            os.close(queue)
        return queue >= 0 or any(n >= 0 for n in numbers) or bool(self._leftovers()) or bool(processes_with(self.token))

    def locked(self, name: str) -> bool:
        """Whether a process holds a lock on a file of the victim."""
        import fcntl

        with open(self.folder / name, "rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def _file_states(self) -> dict[str, State]:
        return {
            name + "/" + path.relative_to(root).as_posix(): file_state(path)
            for name, root in self.roots.items()
            for path in root.rglob("*")
        }

    def _standing(self) -> State:
        """The state of the process, and the content of its memory."""
        with open(f"/proc/{self.process.pid}/mem", "rb", 0) as memory:
            memory.seek(int(self.facts["address"]))
            return *process_state(self.process.pid), memory.read(len(self.secret))

    def _leftovers(self) -> list[Path]:
        """Files with the token in their name, in shared folders and in those of the interpreter."""
        scheme = sysconfig.get_paths()
        folders = [
            "/dev/shm", "/dev/mqueue", "/tmp", "/var/tmp", "/etc", tempfile.gettempdir(), os.path.expanduser("~"),
            scheme["purelib"], scheme["scripts"], scheme["stdlib"], scheme["stdlib"] + "/__pycache__",
        ]  # fmt: skip
        return [path for folder in dict.fromkeys(folders) for path in Path(folder).glob(f"*{self.token}*")]


def _fill(root: Path) -> None:
    (root / "old").mkdir(parents=True, exist_ok=True)
    for name in ("keep.txt", "mode.txt", "old/inner.txt"):
        (root / name).write_text("as it was\n" * 10)
    (root / "mode.txt").chmod(0o600)
    (root / "mount").mkdir(exist_ok=True)
    for path in (root / "mode.txt", root / "keep.txt"):
        os.utime(path, (1_000_000_000, 1_000_000_000))


def _hash_of_a(seed: int) -> str:
    """`hash("a") % 1000` with this hash seed."""
    command = [sys.executable, "-S", "-c", "print(hash('a') % 1000)"]
    done = subprocess.run(command, env={"PYTHONHASHSEED": str(seed)}, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _system_v(get: Callable[..., int], key: int) -> int:
    """The number of the System V object with this key; negative if there is none."""
    more = [0] * (2 if get.__name__ != "msgget" else 1)
    return get(key, *more)
