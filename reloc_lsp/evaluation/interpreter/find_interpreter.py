"""The project's own Python interpreter. The tests run in it. Nothing of ReLoc is installed there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from reloc_lsp.evaluation.errors import EvaluationError

OLDEST_VERSION = (3, 9)
"""The oldest Python that the harness supports."""
MAX_REASON_LENGTH = 160
"""Characters of an error message that are quoted. Chosen by hand."""
START_TIMEOUT = 60
"""Seconds that an interpreter may take to start and to describe itself. Chosen by hand."""

_DESCRIBE = """
import json, os, sys
if sys.version_info < (3, 9):
    print(json.dumps([sys.executable, list(sys.version_info[:3]), None, [], [], []]))
    sys.exit()
from importlib.metadata import PackageNotFoundError, distributions, version
from importlib.util import find_spec
from urllib.parse import unquote, urlsplit
try:
    found = version("pytest") if find_spec("pytest") else None
except PackageNotFoundError:
    found = "of unknown version"
editable = []
for distribution in distributions():
    origin = distribution.read_text("direct_url.json")
    if origin and '"editable"' in origin:
        editable.append(unquote(urlsplit(json.loads(origin)["url"]).path))
folders = [sys.prefix, sys.base_prefix, sys.exec_prefix, *filter(None, sys.path), *editable]
folders += os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep)
link = sys.executable
while True:
    folders.append(os.path.dirname(link))
    if not os.path.islink(link):
        break
    link = os.path.join(os.path.dirname(link), os.readlink(link))
folders = [os.path.abspath(folder) for folder in folders if folder]
folders += [os.path.realpath(folder) for folder in folders]
prefixes = [os.path.realpath(prefix) for prefix in (sys.prefix, sys.base_prefix, sys.exec_prefix)]
folders = list(dict.fromkeys(folders))
print(json.dumps([sys.executable, list(sys.version_info[:3]), found, sys.path, folders, prefixes]))
"""


@dataclass(frozen=True)
class Interpreter:
    """A Python interpreter that starts. `pytest` is the version of its pytest, or `None` if it has none.

    `source` says in words where the interpreter was found. `search_path` is its `sys.path`. `folders` are all folders
    with its files and its packages, including packages that are installed in editable mode. `prefixes` are those of
    them in which whole installations of Python are. `note` is a sentence about an environment that cannot be used.
    """

    executable: Path
    version: tuple[int, int, int]
    pytest: str | None
    source: str
    search_path: tuple[str, ...] = ()
    folders: tuple[Path, ...] = ()
    prefixes: tuple[Path, ...] = ()
    note: str = ""


def find_interpreter(root: Path, setting: str | None) -> Interpreter:
    """The interpreter for the workspace at `root`.

    The first of these is chosen: the `setting`; `.venv` or `venv` of the workspace; the active environment; the
    interpreter of ReLoc. Raises `EvaluationError` if the chosen one does not start, is too old, or has no pytest. The
    next one is not tried then, because the tests would run with other packages than the user expects.
    """
    executable, source = _choose(root, setting)
    found = describe(executable, source, root)
    if found.version < OLDEST_VERSION:
        version, oldest = (".".join(map(str, numbers)) for numbers in (found.version, OLDEST_VERSION))
        raise EvaluationError(f"{source} {executable} is Python {version}; ReLoc needs {oldest} or later there.")
    if found.pytest is None:
        raise EvaluationError(
            f"{source} {executable} has no pytest. Install it there ({executable} -m pip install pytest) "
            "or name another interpreter with --interpreter or the setting reloc.evaluation.interpreter."
        )
    return replace(found, note=_unusable_environment(root, executable) if not setting else "")


def describe(executable: Path, source: str, root: Path) -> Interpreter:
    """Start the interpreter and let it describe itself. Raises `EvaluationError` if it does not start.

    `source` says in words where it was found. It is started in the folder `root`.
    """
    try:
        done = subprocess.run(
            [executable, "-c", _DESCRIBE],
            cwd=root, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=START_TIMEOUT, check=True,
        )  # fmt: skip
        path, version, pytest, search_path, folders, prefixes = json.loads(done.stdout.splitlines()[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
        raise EvaluationError(
            f"{source} {executable} does not start ({_reason(error)}). Repair it, or name another one with "
            "--interpreter or the setting reloc.evaluation.interpreter."
        ) from error
    major, minor, micro = version
    return Interpreter(
        executable=Path(path),
        version=(major, minor, micro),
        pytest=pytest,
        source=source,
        search_path=tuple(search_path),
        folders=tuple(map(Path, folders)),
        prefixes=tuple(map(Path, prefixes)),
    )


def _choose(root: Path, setting: str | None) -> tuple[Path, str]:
    if setting:
        program = shutil.which(setting, path=None) or setting
        return Path(os.path.abspath(Path(root, Path(program).expanduser()))), "The interpreter of the settings"
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


def _unusable_environment(root: Path, executable: Path) -> str:
    """A sentence if the workspace has an environment whose Python is not there, so that another one is taken."""
    for folder in (".venv", "venv"):
        if (root / folder / "pyvenv.cfg").exists() and not executable.is_relative_to(root / folder):
            return (
                f"The workspace's environment {folder} has no Python that can be started, so the tests run with "
                f"{executable}. Make the environment again, or name an interpreter with --interpreter."
            )
    return ""


def _reason(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        lines = (error.stderr or "").strip().splitlines()
        return lines[-1][:MAX_REASON_LENGTH] if lines else f"exit status {error.returncode}"
    if isinstance(error, subprocess.TimeoutExpired):
        return f"no answer within {START_TIMEOUT} s"
    return getattr(error, "strerror", None) or str(error)
