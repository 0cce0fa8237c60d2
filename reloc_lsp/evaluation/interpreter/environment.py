"""The environment variables of the processes that run tests. No key or token of the user is among them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

_INHERITED = {
    "PATH", "LANG", "LANGUAGE", "TZ", "USER", "LOGNAME", "SHELL", "VIRTUAL_ENV", "CONDA_PREFIX", "DISPLAY",
    "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "NUMBER_OF_PROCESSORS", "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH", "DJANGO_SETTINGS_MODULE", "PYTHONPATH", "PYTHONHOME", "SOURCE_DATE_EPOCH",
}  # fmt: skip
"""Harmless variables, which keep their values. So do those whose names begin with `LC_`."""
_FIXED = {
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUNBUFFERED": "1",
    "PYTHONIOENCODING": "utf-8",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "COLUMNS": "80",
    "LINES": "24",
}
"""Variables with the same value for every run: numerical libraries use one thread, because a process with threads
cannot be forked safely."""


def clean_environment(
    copy_folder: Path,
    python_path: Sequence[str],
    allowed: Sequence[str] = (),
    source: Mapping[str, str] | None = None,
    scripts: Path | None = None,
) -> dict[str, str]:
    """Variables for a harness process: harmless ones of `source`, and those that the user's settings `allowed`.

    `source` are the variables of this process, unless they are given. The home folder, unless `HOME` is `allowed`, and
    the temporary folder are in `copy_folder`, the folder of the scratch copy; they are made if they do not exist.
    Programs are searched in the folder `scripts` first, as in an activated virtual environment.
    """
    source = os.environ if source is None else source
    kept = {name: value for name, value in source.items() if _is_inherited(name, allowed)}
    home, temporary = home_folder(copy_folder), copy_folder / "tmp"
    for folder in (home, temporary):
        folder.mkdir(parents=True, exist_ok=True)
    kept |= _FIXED | {"TMPDIR": str(temporary)}
    kept |= {name: str(home) for name in ("HOME", "USERPROFILE") if name not in allowed}
    kept |= {"TEMP": str(temporary), "TMP": str(temporary)}
    if scripts is not None:
        kept["PATH"] = os.pathsep.join(filter(None, [str(scripts), kept.get("PATH")]))
    if python_path:
        kept["PYTHONPATH"] = os.pathsep.join(python_path)
    else:
        kept.pop("PYTHONPATH", None)
    return kept


def home_folder(copy_folder: Path) -> Path:
    """The home folder of the tests, empty at first, in the folder of a scratch copy."""
    return copy_folder / "home"


def _is_inherited(name: str, allowed: Sequence[str]) -> bool:
    return name in _INHERITED or name in allowed or name.startswith("LC_")
