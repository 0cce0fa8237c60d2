"""Runs a real VS Code in a real browser, with the packaged extension.

The scenarios in `vscode/drive.mjs` act like a user in the browser. The tests in the extension's `test/host` run inside
the extension host. `RELOC_TEST_VSCODE` names the folder that `.ci/vscode-for-tests` creates.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from code_server import CodeServer, code_server
from test_neovim import FILES

HERE = Path(__file__).parent
TOOLS = Path(os.environ.get("RELOC_TEST_VSCODE", ""))
pytestmark = pytest.mark.skipif(
    "RELOC_TEST_VSCODE" not in os.environ, reason="no VS Code: RELOC_TEST_VSCODE is not set"
)

SCENARIOS: dict[str, dict[str, Any]] = {
    "apply": {},
    "discard": {},
    "next": {},
    "propose": {"reloc.editor.onSave": "propose", "reloc.editor.onSaveSeconds": 30},
    "notify": {"reloc.editor.onSave": "notify", "reloc.editor.onSaveSeconds": 30},
    "restart": {},
    # The page needs plotly, which the bundled server does not contain.
    "trace": {"reloc.server.interpreter": sys.executable},
    "cancel": {"reloc.budget.seconds": 600},
}
"""The settings of each scenario's workspace."""
KEY = "a-key-that-nobody-may-read"


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CodeServer]:
    """A VS Code that trusts every workspace."""
    with code_server(TOOLS, tmp_path_factory.mktemp("code"), "--disable-workspace-trust") as server:
        yield server


@pytest.fixture(scope="module")
def untrusting_code(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CodeServer]:
    """A VS Code that trusts no workspace before its user does."""
    with code_server(TOOLS, tmp_path_factory.mktemp("untrusting")) as server:
        yield server


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    for name, text in FILES.items():
        (root / name).write_text(text)
    # The project's own environment, which has pytest and no ReLoc.
    venv.create(root / ".venv", symlinks=True)
    site = next((root / ".venv" / "lib").iterdir()) / "site-packages"
    installed = Path(pytest.__file__).parents[1]
    for package in ("pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments"):
        shutil.copytree(installed / package, site / package)
    shutil.copy(installed / "py.py", site)
    return root


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenario(scenario: str, workspace: Path, code: CodeServer, tmp_path: Path) -> None:
    write_settings(workspace, SCENARIOS[scenario])
    drive("drive.mjs", code, scenario, workspace, tmp_path)


def test_the_extension_passes_its_tests_inside_the_extension_host(
    workspace: Path, code: CodeServer, tmp_path: Path
) -> None:
    write_settings(workspace, {"reloc.editor.logLevel": "debug", "reloc.trace.server": "verbose"})
    drive("host.mjs", code, "trusted", workspace, tmp_path)
    assert_passed(tmp_path / "report.json")
    assert list(code.folder.rglob("ReLoc.log")), "there is no log"
    assert [path for path in code.folder.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()] == []


def test_the_extension_is_not_active_in_an_untrusted_workspace(
    workspace: Path, untrusting_code: CodeServer, tmp_path: Path
) -> None:
    drive("host.mjs", untrusting_code, "untrusted", workspace, tmp_path)
    assert_passed(tmp_path / "report.json")


def test_the_extension_works_after_the_workspace_is_trusted(
    workspace: Path, untrusting_code: CodeServer, tmp_path: Path
) -> None:
    drive("drive.mjs", untrusting_code, "untrusted", workspace, tmp_path)


def write_settings(workspace: Path, settings: dict[str, Any]) -> None:
    """Write the settings of a workspace."""
    (workspace / ".vscode").mkdir()
    (workspace / ".vscode" / "settings.json").write_text(json.dumps(settings))


def drive(script: str, code: CodeServer, what: str, workspace: Path, folder: Path) -> None:
    command = ["node", HERE / "vscode" / script, TOOLS, code.url, what, workspace, folder]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def assert_passed(report: Path) -> None:
    """The report of the extension host has tests, and none of them failed."""
    results = json.loads(report.read_text())
    assert [(test["fullTitle"], test["err"]) for test in results["failures"]] == []
    assert results["passes"]
