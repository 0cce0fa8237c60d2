"""Bytecode is kept for a search, and taken from the user's own runs: to compile takes most of the time of importing.

The first process of a search keeps what it compiles in a folder of its own; the controller takes that away before any
candidate runs, and shows it to the later ones, to read only. Bytecode is believed by the time and size of its source,
or by its hash; sources that the controller wrote have times of their own.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import os
import sys
from pathlib import Path
from types import CodeType
from typing import Any, Optional

from ..protocol.wire import Message

NOWHERE = os.path.join(os.devnull, "bytecode")


class Bytecode:
    """Where the bytecode of a source is: in the folders `kept`, beside it, or beside the user's own file of that name.

    With `own`, what is missing is compiled and kept there.
    """

    def __init__(self, root: str, origin: str, kept: list[str], own: Optional[str]) -> None:
        self.root = root + os.sep
        self.origin = origin + os.sep
        self.own = own
        self.folders = [*([own] if own else []), *kept]

    @classmethod
    def of(cls, config: Message) -> Bytecode:
        """As the controller says it."""
        return cls(config["root"], config["origin"], config["bytecode"]["kept"], config["bytecode"]["own"])

    def install(self) -> None:
        """Have it read by Python and by pytest, and written, from now on, where there is a place for it."""
        sys.dont_write_bytecode = not self.own
        machinery: Any = importlib.import_module("importlib._bootstrap_external")
        named = machinery.cache_from_source

        def cache_from_source(path: str, debug_override: Optional[bool] = None, **more: Any) -> str:
            return self._found(named(path, debug_override, **more))

        def keep(loader: Any, source_path: str, bytecode_path: str, data: bytes) -> None:
            if self.own:
                loader.set_data(os.path.join(self.own, self._key(named(source_path))), data)

        machinery.cache_from_source = cache_from_source
        loader: Any = importlib.machinery.SourceFileLoader
        loader._cache_bytecode = keep
        self._install_for_tests()

    def _install_for_tests(self) -> None:
        """pytest compiles tests by itself, as it puts more into their assertions."""
        rewrite: Any = importlib.import_module("_pytest.assertion.rewrite")
        fix_filename = importlib.import_module("_imp")._fix_co_filename
        cache_of, read = rewrite.get_cache_dir, rewrite._read_pyc

        def get_cache_dir(file: Path) -> Path:
            return Path(self.own or NOWHERE, self._key(str(cache_of(file))))

        def read_pyc(source: Path, place: Path, *more: Any) -> Optional[CodeType]:
            there = cache_of(source) / place.name
            code: Optional[CodeType] = read(source, Path(self._found(str(there))), *more)
            if code is not None:
                fix_filename(code, str(source))
            return code

        rewrite.get_cache_dir, rewrite._read_pyc = get_cache_dir, read_pyc

    def _key(self, place: str) -> str:
        """What bytecode is kept as, which usually is at `place`."""
        if place.startswith(self.root):
            return place[len(self.root) :]
        return os.path.join("elsewhere", os.path.splitdrive(place)[1].lstrip(os.sep))

    def _found(self, place: str) -> str:
        """Where the bytecode is that usually is at `place`; a file that is not there, if it is nowhere."""
        inside = place.startswith(self.root)
        if not inside and os.path.exists(place):
            return place
        key = self._key(place)
        for folder in self.folders:
            kept = os.path.join(folder, key)
            if os.path.exists(kept):
                return kept
        theirs = self.origin + key
        return theirs if inside and _is_checked(theirs) else NOWHERE


def _is_checked(place: str) -> bool:
    """Whether there is bytecode that is believed by something of its source, and not whatever that is (PEP 552)."""
    try:
        with open(place, "rb") as file:
            return file.read(8)[4:] in (bytes(4), b"\3\0\0\0")
    except OSError:
        return False
