"""The source of tests, for whoever is to read it: a model."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from pathlib import Path

from reloc_lsp.evaluation.workspace.user_files import UserFiles
from reloc_lsp.program.source_text import SourceText
from reloc_lsp.program.unit import PARSING_ERRORS, Module


def sources_of_tests(user: UserFiles, tests: Iterable[str]) -> dict[str, str]:
    """The lines of each test by its node id; those that are not found as functions of their file are left out."""
    modules: dict[str, Module | None] = {}
    found: dict[str, str] = {}
    for test in tests:
        name, *way = test.partition("[")[0].split("::")
        if name not in modules:
            modules[name] = _module(user, Path(name))
        module = modules[name]
        unit = module.find(".".join(way)) if module else None
        if module and unit:
            found[test] = textwrap.dedent(module.source(unit))
    return found


def _module(user: UserFiles, file: Path) -> Module | None:
    try:
        return Module(SourceText.decode(user.read(file)).text)
    except (OSError, UnicodeError, *PARSING_ERRORS):
        return None
