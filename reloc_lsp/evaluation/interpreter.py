"""The project's own Python: the tests run in it, with nothing of ours installed there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from reloc_lsp.evaluation.errors import EvaluationError

OLDEST = (3, 9)
LONGEST_REASON = 160

_QUESTION = """
import json, os, sys
from importlib.metadata import PackageNotFoundError, distributions, version
from importlib.util import find_spec
from urllib.parse import unquote, urlsplit
try:
    found = version("pytest") if find_spec("pytest") else None
except PackageNotFoundError:
    found = "of unknown version"
editable = []
for distribution in distributions():
    told = distribution.read_text("direct_url.json")
    if told and '"editable"' in told:
        editable.append(unquote(urlsplit(json.loads(told)["url"]).path))
places = [sys.prefix, sys.base_prefix, sys.exec_prefix, *filter(None, sys.path), *editable]
places += os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep)
link = sys.executable
while True:
    places.append(os.path.dirname(link))
    if not os.path.islink(link):
        break
    link = os.path.join(os.path.dirname(link), os.readlink(link))
places = [os.path.abspath(place) for place in places if place]
places += [os.path.realpath(place) for place in places]
print(json.dumps([sys.executable, list(sys.version_info[:3]), found, sys.path, list(dict.fromkeys(places))]))
"""


@dataclass(frozen=True)
class Interpreter:
    """A Python that starts: its path, version, pytest's version if it has one, and why it was chosen.

    `search_path` is its `sys.path`; `places` are all folders that it and its packages lie in, editable ones included.
    """

    executable: Path
    version: tuple[int, int, int]
    pytest: str | None
    source: str
    search_path: tuple[str, ...] = ()
    places: tuple[Path, ...] = ()


def find_interpreter(root: Path, setting: str | None) -> Interpreter:
    """The interpreter for the workspace at `root`: setting, then .venv or venv, then the active one, then ours.

    Raises `EvaluationError` where the chosen one does not start, is too old or has no pytest: falling through
    to the next would run the tests against other packages than the user believes.
    """
    executable, source = _choose(root, setting)
    found = ask(executable, source, root)
    if found.version < OLDEST:
        version = ".".join(map(str, found.version))
        raise EvaluationError(
            f"{source} {executable} is Python {version}; ReLoc needs {OLDEST[0]}.{OLDEST[1]} or later there."
        )
    if found.pytest is None:
        raise EvaluationError(
            f"{source} {executable} has no pytest. Install it there ({executable} -m pip install pytest) "
            "or name another interpreter with --interpreter or the setting reloc.evaluation.interpreter."
        )
    return found


def ask(executable: Path, source: str, root: Path) -> Interpreter:
    """Start the interpreter and ask what it is; raises `EvaluationError` where it does not answer."""
    try:
        done = subprocess.run(
            [executable, "-c", _QUESTION],
            cwd=root, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        path, version, pytest, search_path, places = json.loads(done.stdout.splitlines()[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
        raise EvaluationError(
            f"{source} {executable} does not start ({_reason(error)}). Mend it, or name another one with "
            "--interpreter or the setting reloc.evaluation.interpreter."
        ) from error
    major, minor, micro = version
    return Interpreter(Path(path), (major, minor, micro), pytest, source, tuple(search_path), tuple(map(Path, places)))


def _choose(root: Path, setting: str | None) -> tuple[Path, str]:
    if setting:
        named = shutil.which(setting, path=None) or setting
        return Path(os.path.abspath(Path(root, Path(named).expanduser()))), "The interpreter of the settings"
    for folder in (".venv", "venv"):
        for inner in ("bin/python", "Scripts/python.exe"):
            if (root / folder / inner).exists():
                return root / folder / inner, f"The workspace's environment {folder}:"
    active = os.environ.get("VIRTUAL_ENV") or os.environ.get("CONDA_PREFIX")
    if active:
        for inner in ("bin/python", "Scripts/python.exe", "python.exe"):
            if Path(active, inner).exists():
                return Path(active, inner), "The active environment's interpreter"
    return Path(sys.executable), "ReLoc's own interpreter"


def _reason(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        lines = (error.stderr or "").strip().splitlines()
        return lines[-1][:LONGEST_REASON] if lines else f"exit status {error.returncode}"
    if isinstance(error, subprocess.TimeoutExpired):
        return "no answer within 60 s"
    return getattr(error, "strerror", None) or str(error)
