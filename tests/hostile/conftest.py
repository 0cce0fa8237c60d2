"""Fixtures: an evaluator to deceive, and a victim to harm. Linux only, as there is no sandbox elsewhere."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reloc_lsp.evaluation.evaluator import PytestEvaluator

if TYPE_CHECKING:
    from victim import Victim

sys.path.append(str(Path(__file__).parents[1] / "integration"))
collect_ignore = [] if sys.platform == "linux" else ["test_hostile.py"]

Start = Callable[[], Awaitable[PytestEvaluator]]


@pytest.fixture
def level(request: pytest.FixtureRequest) -> str:
    """The level of the sandbox, as `start_evaluator` takes it: the best one, unless a test sets another."""
    return getattr(request, "param", "auto")


@pytest.fixture
def scratch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder for scratch copies. It must be empty after the test, whatever a behaviour left in the copies."""
    folder = Path(tempfile.mkdtemp(prefix="hostile-"))
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    yield folder
    left = sorted(path.name for path in folder.iterdir())
    shutil.rmtree(folder, ignore_errors=True)
    assert left == []


@pytest.fixture
def victim(tmp_path: Path, write, monkeypatch: pytest.MonkeyPatch) -> Iterator[Victim]:
    """A victim to harm, outside and inside the workspace `victim.origin`."""
    from behaviour import MODULE, TESTS
    from victim import SECRET_VARIABLE, Victim

    root = write({"m.py": MODULE, "test_m.py": TESTS})
    with Victim(tmp_path / "victim", root) as made:
        monkeypatch.setenv(SECRET_VARIABLE, made.secret)
        yield made


@pytest.fixture
def start(scratch: Path, victim: Victim, start_evaluator, level: str) -> Start:
    """A function that starts an evaluator of `f` in the victim's workspace."""
    return partial(start_evaluator, victim.origin, "m.py::f", sandbox=level)


@pytest.fixture
async def evaluator(start: Start) -> PytestEvaluator:
    """An evaluator of `f` in the victim's workspace."""
    return await start()
