"""Which Python runs the tests, and the messages if it cannot."""

from __future__ import annotations

import ast
import os
import re
import sys
import venv
from pathlib import Path

import pytest

from reloc_lsp.evaluation import harness
from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.interpreter import find_interpreter
from reloc_lsp.evaluation.interpreter.environment import clean_environment

HARNESS = Path(harness.__file__).parent
HARNESS_FILES = sorted(HARNESS.rglob("*.py"))


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """An environment without pytest."""
    venv.create(tmp_path / ".venv", with_pip=False, symlinks=True)
    return tmp_path / ".venv" / "bin" / "python"


@pytest.fixture(autouse=True)
def no_active_environment(monkeypatch):
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        monkeypatch.delenv(name, raising=False)


def refused(root: Path, setting: str | None) -> str:
    with pytest.raises(EvaluationError) as error:
        find_interpreter(root, setting)
    return str(error.value)


def program(path: Path, text: str) -> str:
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


def test_the_interpreter_of_reloc_is_the_last_choice(tmp_path):
    found = find_interpreter(tmp_path, None)
    assert os.path.samefile(found.executable, sys.executable) and found.pytest == pytest.__version__
    assert found.version == sys.version_info[:3]


def test_the_environment_of_the_workspace_comes_first_and_has_no_pytest(bare):
    said = refused(bare.parents[2], None)
    assert "has no pytest" in said and f"{bare} -m pip install pytest" in said


def test_the_setting_comes_before_the_environment_of_the_workspace(bare):
    assert find_interpreter(bare.parents[2], sys.executable).source == "The interpreter of the settings"


def test_a_relative_setting_is_relative_to_the_workspace(bare):
    said = refused(bare.parents[2], ".venv/bin/python")
    assert str(bare) in said and "has no pytest" in said


def test_the_active_environment_is_used_if_the_workspace_has_none(bare, tmp_path_factory, monkeypatch):
    monkeypatch.setenv("VIRTUAL_ENV", str(bare.parents[1]))
    assert "The active environment's interpreter" in refused(tmp_path_factory.mktemp("plain"), None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "No such file"),
        ("#!/bin/sh\nexit 3\n", "exit status 3"),
        ("#!/bin/sh\necho it is broken >&2\nexit 1\n", "it is broken"),
        ("#!/bin/sh\necho hello\n", "does not start"),
        ("#!/no/such/interpreter\n", "does not start"),
    ],
)
def test_an_interpreter_that_does_not_start(text, said, tmp_path):
    path = tmp_path / "python"
    name = str(path) if text is None else program(path, text)
    sentence = refused(tmp_path, name)
    assert said in sentence and name in sentence and "--interpreter" in sentence


def test_an_interpreter_that_is_too_old(tmp_path):
    answer = '["/usr/bin/python3.8", [3, 8, 18], "7.0", [], [], []]'
    said = refused(tmp_path, program(tmp_path / "python3.8", f"#!/bin/sh\necho '{answer}'\n"))
    assert "is Python 3.8.18" in said and "3.9 or later" in said


def test_output_of_a_start_up_file_is_ignored(tmp_path):
    chatty = f'#!/bin/sh\necho welcome\nexec {sys.executable} "$@"\n'
    assert find_interpreter(tmp_path, program(tmp_path / "python", chatty)).pytest == pytest.__version__


@pytest.mark.parametrize("file", HARNESS_FILES, ids=lambda file: str(file.relative_to(HARNESS)))
def test_what_runs_in_the_projects_interpreter_parses_on_python_3_9_and_needs_pytest_only(file):
    tree = ast.parse(file.read_text(), feature_version=(3, 9))
    modules = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            modules.add((node.module or "").split(".")[0])
    assert modules <= sys.stdlib_module_names | {"pytest"}


def test_private_parts_of_pytest_and_importlib_are_named_in_one_file_each():
    private = {
        r"(from|import) _pytest\b|\b_pytest\.\w": "pytest_compat.py",
        r"\b(_imp|_bootstrap_external|_cache_bytecode)\b": "importlib_compat.py",
    }
    for pattern, home in private.items():
        assert [file.name for file in HARNESS_FILES if re.search(pattern, file.read_text())] == [home]


def test_programs_of_the_interpreters_environment_are_found_first(tmp_path):
    seen = clean_environment(tmp_path, [], source={"PATH": "/bin"}, scripts=Path("/project/.venv/bin"))
    assert seen["PATH"].split(os.pathsep) == [str(Path("/project/.venv/bin")), "/bin"]


def test_no_secret_reaches_the_tests(tmp_path):
    source = {
        "PATH": "/bin",
        "OPENAI_API_KEY": "sk-1",
        "HOME": "/home/me",
        "LC_ALL": "C",
        "WANTED": "1",
        "SSH_AUTH_SOCK": "s",
    }
    seen = clean_environment(tmp_path, ["/copy/src"], ["WANTED"], source)
    assert seen["PATH"] == "/bin" and seen["WANTED"] == "1" and seen["LC_ALL"] == "C"
    assert seen["PYTHONPATH"] == "/copy/src" and Path(seen["HOME"]).is_relative_to(tmp_path)
    assert "sk-1" not in seen.values() and "SSH_AUTH_SOCK" not in seen
