"""A real Emacs with eglot, a real server, a real search."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from test_neovim import FILES

SESSION = Path(__file__).parent / "emacs" / "session.el"
EMACS = shutil.which("emacs")


def has_eglot() -> bool:
    """Whether Emacs and eglot are installed."""
    check = "(progn (require 'package) (package-initialize) (require 'eglot))"
    if EMACS is None:
        return False
    return not subprocess.run([EMACS, "--batch", "--eval", check], capture_output=True, check=False).returncode


@pytest.mark.skipif(not has_eglot(), reason="no Emacs with eglot here")
@pytest.mark.parametrize("answer", ["Apply", "Discard"])
def test_the_code_action_leads_to_a_question_whose_answer_is_carried_out(answer: str, tmp_path: Path) -> None:
    assert EMACS is not None
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        [EMACS, "--batch", "-l", SESSION, tmp_path / "ranges.py", answer],
        cwd=tmp_path, env={**os.environ, "PATH": path}, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "-> 2/2 tests" in done.stdout and "Discard" in done.stdout
    written = (tmp_path / "ranges.py").read_text()
    assert (written == FILES["ranges.py"]) is (answer == "Discard"), written
