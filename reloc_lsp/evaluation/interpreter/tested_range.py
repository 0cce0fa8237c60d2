"""Whether the project's Python and pytest have versions with which the harness is tested."""

from __future__ import annotations

from reloc_lsp.evaluation.harness.tested_versions import NEWEST_PYTEST, NEWEST_PYTHON, OLDEST_PYTEST, OLDEST_PYTHON
from reloc_lsp.evaluation.interpreter.find_interpreter import Interpreter

Version = tuple[int, ...]


def outside_tested_range(interpreter: Interpreter) -> list[str]:
    """A sentence for Python and one for pytest, each only if its version is older or newer than the tested ones."""
    found: list[tuple[str, Version, Version, Version]] = [
        ("Python", interpreter.version, OLDEST_PYTHON, NEWEST_PYTHON),
        ("pytest", _version(interpreter.pytest or ""), OLDEST_PYTEST, NEWEST_PYTEST),
    ]
    return [
        f"{name} {_text(version)} is outside the range with which reloc-lsp is tested ({_text(oldest)} to "
        f"{_text(newest)}): revisions may be slow, or their tests may not run."
        for name, version, oldest, newest in found
        if version and not oldest <= version[:2] <= newest
    ]


def _version(text: str) -> Version:
    """The numbers with which a version begins; empty where there are none ("of unknown version")."""
    numbers = []
    for part in text.split("."):
        if not part.isdecimal():
            break
        numbers.append(int(part))
    return tuple(numbers)


def _text(version: Version) -> str:
    return ".".join(map(str, version))
