"""A judge to be lied to, and a victim to be harmed. Of Linux: elsewhere there are no walls to try."""

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

Starting = Callable[[], Awaitable[PytestEvaluator]]


@pytest.fixture
def level(request: pytest.FixtureRequest) -> str:
    """The walls to judge within, as `start_evaluator` takes them: the best there are, unless a test asks for others."""
    return getattr(request, "param", "auto")


@pytest.fixture
def scratch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder in which scratch copies are made: empty again at the end, whatever was left in them."""
    folder = Path(tempfile.mkdtemp(prefix="hostile-"))
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    yield folder
    left = sorted(path.name for path in folder.iterdir())
    shutil.rmtree(folder, ignore_errors=True)
    assert left == []


@pytest.fixture
def victim(tmp_path: Path, write, monkeypatch: pytest.MonkeyPatch) -> Iterator[Victim]:
    """Somebody to harm, beside the workspace `victim.origin`."""
    from behaviour import MODULE, TESTS
    from victim import SECRET_VARIABLE, Victim

    root = write({"m.py": MODULE, "test_m.py": TESTS})
    with Victim(tmp_path / "victim", root) as made:
        monkeypatch.setenv(SECRET_VARIABLE, made.secret)
        yield made


@pytest.fixture
def starting(scratch: Path, victim: Victim, start_evaluator, level: str) -> Starting:
    """Starts a judge of `f` in the victim's workspace."""
    return partial(start_evaluator, victim.origin, "m.py::f", sandbox=level)


@pytest.fixture
async def evaluator(starting: Starting) -> PytestEvaluator:
    """One such judge."""
    return await starting()
