"""A real VS Code in a real browser, with the packaged extension: every scenario is a drive in `vscode/drive.mjs`.

`RELOC_TEST_VSCODE` names the folder that `.ci/vscode-for-tests` makes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import venv
from pathlib import Path

import pytest
from test_neovim import FILES

HERE = Path(__file__).parent
TOOLS = os.environ.get("RELOC_TEST_VSCODE")
pytestmark = pytest.mark.skipif(TOOLS is None, reason="no VS Code here: RELOC_TEST_VSCODE names none")


@pytest.mark.parametrize("scenario", ["apply", "discard", "cancel", "untrusted"])
def test_scenario(scenario: str, tmp_path: Path) -> None:
    assert TOOLS is not None
    root = tmp_path / "project"
    root.mkdir()
    for name, text in FILES.items():
        (root / name).write_text(text)
    # The project's own environment, which has pytest and nothing of ours.
    venv.create(root / ".venv", symlinks=True)
    site = next((root / ".venv" / "lib").iterdir()) / "site-packages"
    ours = Path(pytest.__file__).parents[1]
    for package in ("pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments"):
        shutil.copytree(ours / package, site / package)
    shutil.copy(ours / "py.py", site)
    drive = [HERE / "vscode" / "drive.mjs", TOOLS, Path(TOOLS) / "reloc.vsix", scenario, root, tmp_path]
    done = subprocess.run(["node", *map(str, drive)], capture_output=True, text=True, timeout=240, check=False)
    assert done.stdout == "ok\n", done.stdout + done.stderr
