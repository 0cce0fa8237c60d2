import sys

import pytest

from reloc_lsp import __version__
from reloc_lsp.cli.main import main
from reloc_lsp.evaluation.sandbox import find_sandbox


@pytest.fixture(autouse=True)
def workspace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pytest.ini").touch()
    return tmp_path


def test_a_healthy_workspace(workspace, capsys):
    assert main(["doctor", "--interpreter", sys.executable]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"ok reloc-lsp: {__version__} on Python 3.")
    assert f"ok workspace: {workspace}" in lines
    assert f"ok pytest: {pytest.__version__}" in lines
    assert any(f" sandbox: {find_sandbox().level}" in line for line in lines)
    assert not any("\x1b" in line or line.startswith(" !") for line in lines if "sandbox" not in line)


def test_an_interpreter_that_does_not_start(capsys):
    assert main(["doctor", "--interpreter", "./no-python"]) == 3
    assert " ! interpreter: " in capsys.readouterr().out


def test_settings_that_cannot_be_used(workspace, capsys):
    (workspace / "pyproject.toml").write_text("[tool.reloc]\nsearhc = 1\n")
    assert main(["doctor", "--interpreter", sys.executable]) == 0
    assert " ! settings: pyproject.toml: the setting searhc is not known." in capsys.readouterr().out
