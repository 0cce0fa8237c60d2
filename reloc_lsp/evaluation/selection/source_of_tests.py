"""The source of tests, for the prompts of a language model."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from pathlib import Path

from reloc_lsp.evaluation.workspace.user_files import UserFiles
from reloc_lsp.program.source_text import SourceText
from reloc_lsp.program.unit import PARSING_ERRORS, Module


def sources_of_tests(user: UserFiles, tests: Iterable[str]) -> dict[str, str]:
    """The source lines of each test, by its node id. Tests that are not functions of their file are left out."""
    modules: dict[str, Module | None] = {}
    found: dict[str, str] = {}
    for test in tests:
        file, *names = test.partition("[")[0].split("::")
        if file not in modules:
            modules[file] = _parsed(user, Path(file))
        module = modules[file]
        unit = module.find(".".join(names)) if module else None
        if module and unit:
            found[test] = textwrap.dedent(module.source(unit))
    return found


def _parsed(user: UserFiles, file: Path) -> Module | None:
    try:
        return Module(SourceText.decode(user.read(file)).text)
    except (OSError, UnicodeError, *PARSING_ERRORS):
        return None
