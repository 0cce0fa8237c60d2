"""Fixtures for all tests: workspaces in temporary folders, and evaluators of the functions in them."""

from __future__ import annotations

import compileall
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import dedent
from typing import Literal

import pytest
from plain_environment import make_environment

import reloc_lsp
from reloc_lsp.evaluation.admission import Admission
from reloc_lsp.evaluation.baseline.baseline import BaselineBuilder
from reloc_lsp.evaluation.evaluator import PytestEvaluator
from reloc_lsp.evaluation.interpreter import Interpreter, find_interpreter
from reloc_lsp.evaluation.sandbox import find_sandbox
from reloc_lsp.evaluation.selection import test_file_discovery, test_selection
from reloc_lsp.evaluation.tiers import HarnessLauncher
from reloc_lsp.evaluation.workspace.scratch_copy import ScratchCopy
from reloc_lsp.evaluation.workspace.unit_location import UnitLocation
from reloc_lsp.inference.local_machine import server_discovery
from reloc_lsp.program.safety import CandidateLint
from reloc_lsp.program.source_text import SourceText
from reloc_lsp.program.unit import Module

WORKERS = 2
"""Processes that evaluate at the same time. Chosen by hand."""

StartEvaluator = Callable[..., Awaitable[PytestEvaluator]]


@pytest.fixture(autouse=True, scope="session")
def clean_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The tests run as a user without settings and without a model server, in a plain environment."""
    home = tmp_path_factory.mktemp("user")
    make_environment(home / "environment")
    # Processes that tests start may write no bytecode. Without this each of them would compile the package again.
    compileall.compile_dir(Path(reloc_lsp.__file__).parent, quiet=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VIRTUAL_ENV", str(home / "environment"))
        patch.setenv("XDG_CONFIG_HOME", str(home / "config"))
        patch.setenv("XDG_STATE_HOME", str(home / "state"))
        patch.setenv("XDG_CACHE_HOME", str(home / "cache"))
        patch.setattr(server_discovery, "PORTS", ())
        yield


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes files (relative path to text) into a folder and returns the folder's path."""

    def written(files: Mapping[str, str], folder: str = "project") -> Path:
        root = tmp_path / folder
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text), "utf-8")
        return root

    return written


@pytest.fixture(scope="session")
def active_interpreter(clean_user: None, tmp_path_factory: pytest.TempPathFactory) -> Interpreter:
    """The interpreter of the active environment."""
    return find_interpreter(tmp_path_factory.getbasetemp(), None)


@pytest.fixture
async def start_evaluator(active_interpreter: Interpreter) -> AsyncIterator[StartEvaluator]:
    """Start an evaluator of one function, `start_evaluator(root, "m.py::f")`. It is closed after the test."""
    evaluators: list[PytestEvaluator] = []
    copies: list[ScratchCopy] = []

    async def start(
        root: Path,
        target: str,
        *,
        tests: Sequence[str] = (),
        interpreter: str | None = None,
        unsaved: Mapping[Path, str] | None = None,
        seconds: float = 60.0,
        sandbox: Literal["auto", "full", "none"] = "auto",
        withhold: Sequence[str] = (),
        lint: CandidateLint | None = None,
    ) -> PytestEvaluator:
        name, _, qualname = target.partition("::")
        file, unsaved = root / name, unsaved or {}
        module = Module(unsaved.get(file) or SourceText.read(file).text)
        unit = module.find(qualname)
        assert unit is not None
        found = find_interpreter(root, interpreter) if interpreter else active_interpreter
        found_sandbox = find_sandbox(sandbox)
        copies.append(ScratchCopy(root, unsaved, mountable=found_sandbox.container is not None, withhold=withhold))
        launcher = HarnessLauncher(copies[-1], found, WORKERS, sandbox=found_sandbox)
        location = UnitLocation(file, launcher.copy.path_in_copy(file), name, module, unit)
        user = copies[-1].files
        files = test_file_discovery.test_files(user, test_file_discovery.pytest_layout(user))
        likely = test_selection.likely_groups(user, files, name, qualname)
        groups = [list(tests)] if tests else likely
        baseline = await BaselineBuilder(launcher, location, seconds).measure(groups)
        admission = Admission(location, lint) if lint else None
        evaluators.append(PytestEvaluator.start(launcher, location, baseline, admission))
        return evaluators[-1]

    yield start
    for evaluator in evaluators:
        await evaluator.close()
    for copy in copies:
        copy.close()
