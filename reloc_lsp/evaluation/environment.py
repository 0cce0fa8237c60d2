"""The environment variables that tests see: harmless ones, so that no key or token reaches a candidate."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

_KEPT = {
    "PATH", "LANG", "LANGUAGE", "TZ", "USER", "LOGNAME", "SHELL", "VIRTUAL_ENV", "CONDA_PREFIX", "DISPLAY",
    "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "NUMBER_OF_PROCESSORS", "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH", "DJANGO_SETTINGS_MODULE", "PYTHONPATH", "PYTHONHOME", "SOURCE_DATE_EPOCH",
}  # fmt: skip
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


def clean_environment(
    scratch: Path,
    python_path: Sequence[str],
    wanted: Sequence[str] = (),
    source: Mapping[str, str] | None = None,
    scripts: Path | None = None,
) -> dict[str, str]:
    """Variables for a harness process: an allow-list, the user's `wanted` names, and a home of its own in scratch.

    Programs are looked for in `scripts` first, where the interpreter's environment has its own, as if it was activated.
    """
    source = os.environ if source is None else source
    kept = {name: value for name, value in source.items() if name in _KEPT or name in wanted or name.startswith("LC_")}
    home, temporary = scratch / "home", scratch / "tmp"
    for folder in (home, temporary):
        folder.mkdir(parents=True, exist_ok=True)
    kept |= _FIXED | {"HOME": str(home), "USERPROFILE": str(home), "TMPDIR": str(temporary)}
    kept |= {"TEMP": str(temporary), "TMP": str(temporary)}
    if scripts is not None:
        kept["PATH"] = os.pathsep.join(filter(None, [str(scripts), kept.get("PATH")]))
    if python_path:
        kept["PYTHONPATH"] = os.pathsep.join(python_path)
    else:
        kept.pop("PYTHONPATH", None)
    return kept
