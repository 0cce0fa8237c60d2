from __future__ import annotations

import textwrap
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from lsp_editor import Editor, Session
from pytest_lsp import LspSpecificationWarning
from scripted_revision import ScriptedRevisions

from reloc_lsp.server.factory import create_server

SOURCE = textwrap.dedent("""\
    NAME = "é🙂"


    def other():
        return 1


    def clamp(value, low, high):
        if value < low:
            return low
        if value < high: return high  # é🙂 the bug
        return value
""")
Connect = Callable[..., Awaitable[Editor]]


def repaired(source: str) -> str:
    return source.replace("value < high", "value > high")


@pytest.fixture
def source() -> str:
    return SOURCE


@pytest.fixture
def clamp() -> int:
    """The line of `def clamp`, from 0."""
    return SOURCE.splitlines().index("def clamp(value, low, high):")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "ranges.py").write_bytes(SOURCE.encode())
    return root


@pytest.fixture
def revisions() -> ScriptedRevisions:
    return ScriptedRevisions()


@pytest.fixture
async def connect(project: Path, revisions: ScriptedRevisions) -> AsyncIterator[Connect]:
    """Connects an editor to a server of its own. A message that breaks the LSP specification fails the test."""
    sessions: list[Session] = []

    async def connected(
        profile: str = "visual-studio-code",
        *,
        answers: tuple[str | None, ...] = ("Apply",),
        root: Path | None = project,
        **given: Any,
    ) -> Editor:
        sessions.append(Session(create_server(revisions), answers))
        editor = await sessions[-1].begin(root, profile, **given)
        editor.session = sessions[-1]
        return editor

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", LspSpecificationWarning)
        yield connected
        for session in sessions:
            assert await session.end() == 0
    violations = [str(w.message) for w in caught if issubclass(w.category, LspSpecificationWarning)]
    assert not violations, violations
