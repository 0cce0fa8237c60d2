"""What every function can reach besides its arguments, kept alike in both processes.

That is the environment, the working directory, the state of `random`, and what the unit prints, warns and logs. Before
a message is sent, what differs from the last message goes with it.
"""

from __future__ import annotations

import io
import logging
import os
import random
import sys
import warnings
from collections.abc import Mapping
from typing import Any, Optional, cast

from ..protocol.values import JsonValue
from .classes import SharedCode
from .errors import Impossible
from .mirror import Mirror

UNSHARED = frozenset(
    {"PYTEST_CURRENT_TEST", "PYTEST_VERSION", "PYTEST_ADDOPTS", "HOME", "TMPDIR", "TEMP", "TMP", "PYTHONPATH"}
)
"""Variables that each process has its own of. The first one names the test."""
READ_BY_TESTS = {"environment": "the environment", "folder": "the working folder"}
"""State that decides which values a test compares with, by its name in a message."""
MAX_OUTPUT = 1 << 20
"""Characters of one text that the unit prints and that go over; the rest is lost. Chosen by hand."""
MAX_PRINTS = 2_000
"""Texts that the unit prints in one call and that go over; the rest is lost. Chosen by hand."""


class Surroundings:
    """The shared state as it was when the processes last agreed on it."""

    def __init__(self) -> None:
        self._environment: Optional[dict[str, str]] = None
        self._folder: Optional[str] = None
        self._random: object = None

    def outgoing(self, mirror: Mirror) -> dict[str, JsonValue]:
        """What changed here since the processes last agreed."""
        found: dict[str, object] = {}
        environment = {name: value for name, value in os.environ.items() if name not in UNSHARED}
        if environment != self._environment:
            self._environment = environment
            found["environment"] = [[mirror.encode(part) for part in pair] for pair in environment.items()]
        folder = _working_directory()
        if folder != self._folder:
            self._folder = folder
            found["folder"] = mirror.encode(folder)
        state = random.getstate()
        if state != self._random:
            self._random = state
            found["random"] = [state[0], list(state[1]), state[2]]
        return cast("dict[str, JsonValue]", found)

    def incoming(self, mirror: Mirror, sent: Mapping[str, Any]) -> list[str]:
        """Take over what changed in the other process; returns what a test could have read, in words.

        Raises `Impossible` for what is no such state.
        """
        changed = [words for key, words in READ_BY_TESTS.items() if key in sent]
        if "environment" in sent:
            pairs = [(mirror.decode(name), mirror.decode(value)) for name, value in sent["environment"]]
            self._environment = {name: value for name, value in pairs if name not in UNSHARED}
            for name in set(os.environ) - set(self._environment) - UNSHARED:
                del os.environ[name]
            os.environ.update(self._environment)
        if "folder" in sent and sent["folder"] is not None:
            self._folder = mirror.decode(sent["folder"])
            try:
                os.chdir(str(self._folder))
            except OSError as error:
                raise Impossible(f"the working directory is not there ({error.strerror})") from None
        if "random" in sent:
            version, numbers, gauss = sent["random"]
            state = (version, tuple(numbers), gauss)
            random.setstate(state)
            self._random = random.getstate()
        return changed


def _working_directory() -> Optional[str]:
    try:
        return os.getcwd()
    except OSError:
        return None


class Output:
    """In the subject: what the unit prints, warns and logs, until it goes over."""

    def __init__(self, code: SharedCode) -> None:
        self._code = code
        self._printed: list[tuple[str, str]] = []
        self._warned: list[tuple[str, str, str]] = []
        self._logged: list[tuple[str, int, str]] = []

    def install(self) -> None:
        """Collect from now on."""
        for name in ("stdout", "stderr"):
            setattr(sys, name, _Stream(name, self._printed))
        warnings.simplefilter("always")
        warnings.showwarning = self._warn
        root = logging.getLogger()
        root.addHandler(_Handler(self._logged))
        root.setLevel(logging.DEBUG)

    def outgoing(self) -> dict[str, JsonValue]:
        """What was collected since the last call."""
        found: dict[str, object] = {}
        for name, collected in (("printed", self._printed), ("warned", self._warned), ("logged", self._logged)):
            if collected:
                found[name] = [list(entry) for entry in cast("list[Any]", collected)]
                collected.clear()
        return cast("dict[str, JsonValue]", found)

    def _warn(self, message: Warning | str, category: type[Warning], *more: object, **named: object) -> None:
        name = next(found for kind in category.__mro__ if (found := self._code.name_of(kind)) is not None)
        self._warned.append((*name, str(message)))


class _Stream(io.TextIOBase):
    def __init__(self, name: str, printed: list[tuple[str, str]]) -> None:
        self._name = name
        self._printed = printed

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if type(text) is not str:
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if len(self._printed) < MAX_PRINTS:
            self._printed.append((self._name, text[:MAX_OUTPUT]))
        return len(text)


class _Handler(logging.Handler):
    def __init__(self, logged: list[tuple[str, int, str]]) -> None:
        super().__init__()
        self._logged = logged

    def emit(self, record: logging.LogRecord) -> None:
        self._logged.append((record.name, record.levelno, record.getMessage()))


def repeat(code: SharedCode, sent: Mapping[str, Any]) -> None:
    """In the test process: print, warn and log what the unit did in the subject. Raises `Impossible`."""
    for name, text in sent.get("printed", ()):
        if type(text) is not str:
            raise Impossible("what the unit prints is no text")
        (sys.stderr if name == "stderr" else sys.stdout).write(text)
    for module, qualname, text in sent.get("warned", ()):
        category = code.find_class(module, qualname)
        if not issubclass(category, Warning):
            raise Impossible(f"{qualname} is not a warning")
        warnings.warn(str(text), category, stacklevel=4)
    for name, level, text in sent.get("logged", ()):
        logger = logging.getLogger(str(name))
        if type(level) is int and logger.isEnabledFor(level):
            logger.handle(logger.makeRecord(logger.name, level, "", 0, str(text), (), None))
