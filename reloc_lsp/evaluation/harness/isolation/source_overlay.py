"""The import system reads the unit's file from memory, not from the disk, with a probe in it if one is requested."""

from __future__ import annotations

import ast
import importlib.machinery
import os
from collections.abc import Callable
from types import CodeType
from typing import Optional

from ..probe.probes import Probe, install_probe
from ..protocol.records import Send
from ..protocol.values import ProbeRequest


class SourceOverlay:
    """The text that the import system reads in place of one file's."""

    def __init__(
        self, file: str, text: str | bytes, transform: Callable[[ast.Module], ast.Module] | None = None
    ) -> None:
        self.file = os.path.realpath(file)
        self.text = text
        self.transform = transform

    def install(self) -> None:
        """Compile the file's module from `text` from now on, changed by `transform`."""
        original = importlib.machinery.SourceFileLoader.get_code

        def get_code(loader: importlib.machinery.SourceFileLoader, fullname: str) -> CodeType | None:
            if os.path.realpath(loader.path) != self.file:
                return original(loader, fullname)
            tree = ast.parse(self.text, loader.path)
            if self.transform:
                tree = self.transform(tree)
            return compile(tree, loader.path, "exec", dont_inherit=True)

        importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[method-assign, assignment]


def overlay_source(request: Optional[ProbeRequest], send: Send, file: str, text: str | bytes) -> Probe | None:
    """Read `file` as `text` from now on. Returns the probe in it, if one is requested."""
    probe, transform = None, None
    if request is not None:
        probe, transform = install_probe(request, send)
    SourceOverlay(file, text, transform).install()
    return probe
