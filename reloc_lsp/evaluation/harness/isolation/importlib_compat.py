"""The private parts of importlib that the bytecode cache uses, all in this file.

Python has no public way to keep bytecode elsewhere than beside the source and still read it from several places
(`sys.pycache_prefix` names only one). `missing_parts` says which parts this Python lacks; then bytecode is not cached.
The tested range of versions is in `tested_versions`.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.machinery
from collections.abc import Callable
from types import CodeType
from typing import Any, Optional

_machinery: Any = importlib.import_module("importlib._bootstrap_external")
_loader: Any = importlib.machinery.SourceFileLoader
_set_filename: Optional[Callable[[CodeType, str], None]] = None
with contextlib.suppress(ImportError, AttributeError):
    _set_filename = importlib.import_module("_imp")._fix_co_filename

_PARTS = (
    ("importlib._bootstrap_external.cache_from_source", hasattr(_machinery, "cache_from_source")),
    ("SourceFileLoader._cache_bytecode", hasattr(_loader, "_cache_bytecode")),
    ("_imp._fix_co_filename", _set_filename is not None),
)


def missing_parts() -> list[str]:
    """Names of the private parts that this Python does not have."""
    return [name for name, there in _PARTS if not there]


def redirect_bytecode(find: Callable[[str], str], target: Callable[[str], Optional[str]]) -> None:
    """Change where the import system reads and writes bytecode.

    Both functions take the path at which Python keeps the bytecode of a source. `find` returns the path to read from,
    and `target` the path to write to, or `None` where nothing is to be written.
    """
    standard_path = _machinery.cache_from_source

    def cache_from_source(path: str, debug_override: Optional[bool] = None, **options: Any) -> str:
        return find(standard_path(path, debug_override, **options))

    def cache_bytecode(loader: Any, source_path: str, bytecode_path: str, data: bytes) -> None:
        path = target(standard_path(source_path))
        if path is not None:
            loader.set_data(path, data)

    _machinery.cache_from_source = cache_from_source
    _loader._cache_bytecode = cache_bytecode


def set_filename(code: CodeType, path: str) -> None:
    """Set the file of `code` and of all code in it, as the import system does with bytecode that was moved."""
    if _set_filename is not None:
        _set_filename(code, path)
