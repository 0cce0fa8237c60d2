"""Every script in tests/benchmarks starts: it imports what exists, and it describes itself."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

SCRIPTS = [
    path
    for path in sorted((Path(__file__).parents[1] / "benchmarks").glob("*.py"))
    if not path.name.startswith("test_") and "\nif __name__ ==" in path.read_text("utf-8")
]
OPTIONAL = {"reward_cost": "torch"}
"""Scripts that import a package which is not always installed."""


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_benchmark_answers_help(script: Path) -> None:
    package = OPTIONAL.get(script.stem)
    if package and find_spec(package) is None:
        pytest.skip(f"{package} is not installed")
    done = subprocess.run([sys.executable, str(script), "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert script.name in done.stdout
