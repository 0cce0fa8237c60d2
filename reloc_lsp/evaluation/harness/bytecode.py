"""Bytecode of a mounted workspace is kept elsewhere: what the user's own runs left beside their files is not read.

It would bring the names of the user's files with it, in place of those of the files that are judged.
"""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any, Optional

from _pytest.assertion import rewrite


def keep_elsewhere(root: str, folder: str) -> None:
    """Have bytecode of sources below `root` in `folder`; that of packages elsewhere stays where it is."""
    machinery: Any = importlib.import_module("importlib._bootstrap_external")
    named, cache_of = machinery.cache_from_source, rewrite.get_cache_dir
    inside = root + os.sep

    def cache_from_source(path: str, debug_override: Optional[bool] = None, **more: Any) -> str:
        place: str = named(path, debug_override, **more)
        return os.path.join(folder, place[len(inside) :]) if place.startswith(inside) else place

    def get_cache_dir(file: Path) -> Path:
        place = cache_of(file)
        return Path(folder, str(place)[len(inside) :]) if str(place).startswith(inside) else place

    machinery.cache_from_source = cache_from_source
    rewrite.get_cache_dir = get_cache_dir  # type: ignore[assignment]
