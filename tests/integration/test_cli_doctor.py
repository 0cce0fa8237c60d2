import asyncio
import sys

import pytest
from scripted_server import ScriptedServer

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


def test_versions_outside_the_tested_range_are_named(workspace, capsys):
    answer = '["/usr/bin/python3.99", [3, 99, 0], "7.4.4", [], [], []]'
    python = workspace / "python3.99"
    python.write_text(f"#!/bin/sh\necho '{answer}'\n")
    python.chmod(0o755)
    assert main(["doctor", "--interpreter", str(python)]) == 0
    python_line, pytest_line = (
        line for line in capsys.readouterr().out.splitlines() if line.startswith(" - tested versions: ")
    )
    assert "Python 3.99.0 is outside the range" in python_line and "(3.9 to 3.13)" in python_line
    assert "pytest 7.4.4 is outside the range" in pytest_line and "(8.0 to 9.2)" in pytest_line


def test_unusable_settings_are_reported(workspace, capsys):
    (workspace / "pyproject.toml").write_text("[tool.reloc]\nsearhc = 1\n")
    assert main(["doctor", "--interpreter", sys.executable]) == 0
    assert " ! settings: pyproject.toml: the setting searhc is not known." in capsys.readouterr().out


async def test_a_model_server_and_a_key(monkeypatch, capsys):
    monkeypatch.setenv("RELOC_API_KEY", "sk-secret")
    async with ScriptedServer() as server:
        flags = ["doctor", "--interpreter", sys.executable, "--base-url", server.url]
        assert await asyncio.to_thread(main, flags) == 0
        found = capsys.readouterr().out
        assert "ok key: RELOC_API_KEY is set" in found and "sk-secret" not in found
        assert "ok model server: " in found and "tiny" in found
        await asyncio.to_thread(main, [*flags, "--model", "huge"])
    assert " ! model server: " in capsys.readouterr().out


def test_a_model_server_that_is_not_there(capsys):
    assert main(["doctor", "--interpreter", sys.executable, "--base-url", "http://127.0.0.1:9/v1"]) == 0
    assert " ! model server: " in capsys.readouterr().out


def test_what_settings_hold_is_shown_as_visible_text(workspace, capsys):
    (workspace / "pyproject.toml").write_text('[tool.reloc.search]\nrules = "\\u001B[2J\\u202E\\nok: forged"\n')
    main(["doctor", "--interpreter", sys.executable])
    out = capsys.readouterr().out
    assert "\x1b" not in out and "\u202e" not in out and "\nok: forged" not in out
    assert "search.rules is" in out
