"""Runs a real Neovim, a real server and a real search. Every scenario is a script in `neovim/`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PLUGIN = HERE.parents[1] / "editors" / "neovim"
SCENARIOS = sorted(path.stem for path in (HERE / "neovim").glob("*.lua") if path.stem != "session")

FILES = {
    "ranges.py": "def clamp(value, low, high):\n    return max(low, max(value, high))\n",
    "test_ranges.py": (
        "from ranges import clamp\n\ndef test_over(): assert clamp(12, 0, 9) == 9\n"
        "def test_in(): assert [clamp(n, 0, 9) for n in (-4, 0, 3, 9)] == [0, 0, 3, 9]\n"
    ),
    "unfixable.py": "def never(value):\n    return value\n",
    "test_unfixable.py": "from unfixable import never\n\ndef test_it(): assert never(1) == object()\n",
    "fine.py": "def double(value):\n    return value + value\n",
    "test_fine.py": "from fine import double\n\ndef test_it(): assert [double(n) for n in (0, 3, 5)] == [0, 6, 10]\n",
    "wordy.py": "def is_even(value):\n    if value % 2 == 0:\n        return True\n    return False\n",
    "test_wordy.py": "from wordy import is_even\n\ndef test_it(): assert is_even(0) and not is_even(3)\n",
    # Several revisions pass the test.
    "sides.py": "def area(side, other):\n    return side + other\n",
    "test_sides.py": "from sides import area\n\ndef test_it(): assert area(3, 3) == 9\n",
    "pyproject.toml": "[project]\nname = 'tried'\nversion = '1'\n",
}


def neovim() -> str | None:
    """The program, if it is new enough."""
    found = shutil.which("nvim", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    if found is None:
        return None
    output = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"v(\d+)\.(\d+)", output)
    return found if version and (int(version[1]), int(version[2])) >= (0, 11) else None


NVIM = neovim()


@pytest.mark.skipif(NVIM is None, reason="no Neovim 0.11 or later here")
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenario(scenario: str, tmp_path: Path) -> None:
    assert NVIM is not None
    root = tmp_path / "project"
    root.mkdir()
    for name, text in FILES.items():
        (root / name).write_text(text)
    homes = {f"XDG_{kind}_HOME": str(tmp_path / kind.lower()) for kind in ("CONFIG", "STATE", "DATA", "CACHE")}
    environment = {
        **os.environ,
        **homes,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "RELOC_PLUGIN": str(PLUGIN),
        "RELOC_SESSION": str(HERE / "neovim" / "session.lua"),
    }
    script = HERE / "neovim" / f"{scenario}.lua"
    done = subprocess.run(
        [NVIM, "--headless", "--clean", "-l", str(script)],
        cwd=root, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    log = tmp_path / "state" / "nvim" / "lsp.log"
    assert done.returncode == 0, done.stderr + (log.read_text()[-3000:] if log.exists() else "")


@pytest.mark.skipif(shutil.which("luarocks") is None, reason="no LuaRocks here")
def test_luarocks_installs_all_of_the_plugin(tmp_path: Path) -> None:
    here = shutil.copytree(PLUGIN, tmp_path / "neovim")
    for arguments in (["lint", "reloc.nvim-scm-1.rockspec"], ["make", "--tree", str(tmp_path / "tree")]):
        done = subprocess.run(["luarocks", *arguments], cwd=here, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    installed = {path.name for path in (tmp_path / "tree").rglob("*")}
    assert {path.name for path in [*PLUGIN.rglob("*.lua"), *PLUGIN.glob("doc/*.txt")]} <= installed
