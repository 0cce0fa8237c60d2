"""Wrong calls and unusable workspaces: each is reported with what is wrong, where, and what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reloc_lsp.cli.main import main

FILES = {
    "m.py": "def f(x):\n    return x\n\n\ndef unused():\n    return 1\n",
    "test_m.py": "from m import f\n\n\ndef test_f():\n    assert f(1) == 2\n",
    "half.jsonl": '{"trace": 1, "file": "m.py", "qualname": "f"}\n',
    "empty.py": "",
    "syntax.py": "def g(:\n",
    "deep.py": "def f(a):\n    if a == 0:\n        return 1\n"
    + "".join(f"    elif a == {n}:\n        return {n}\n" for n in range(1, 900)),
}


@pytest.fixture
def workspace(write, monkeypatch) -> Path:
    root = write(FILES)
    (root / "folder.py").mkdir()
    (root / "latin.py").write_bytes(b"def g():\n    return '\xe9'\n")
    (root / "binary.py").write_bytes(bytes(range(256)))
    monkeypatch.chdir(root)
    return root


def output_of(capsys: pytest.CaptureFixture[str], *call: str) -> tuple[int, str]:
    """The exit status of a call, and what it complains of, which is one line."""
    status = main(call)
    (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("reloc-lsp: error: ")]
    return status, line.removeprefix("reloc-lsp: error: ")


CALLS = [
    ("revise none.py", 2, "There is no file none.py"), ("revise folder.py", 2, "folder.py is a folder: name a Python"),
    ("revise .", 2, ". is a folder: name a Python file"), ("revise m.py::g", 2, "m.py has no function g. It has: f"),
    ("revise m.py:99", 2, "there is no line 99"), ("revise empty.py", 2, "empty.py has no function to revise"),
    ("revise syntax.py::g", 2, "syntax.py does not parse (invalid syntax, line 1). Fix the syntax first"),
    ("revise latin.py::g", 2, "Save it as UTF-8, or declare its encoding in its first line"),
    ("revise binary.py", 2, "binary.py cannot be read"),
    ("revise deep.py::f", 3, "f is nested 904 levels deep, and functions of at most 200 levels can be revised"),
    ("revise m.py::f --trace /no/t", 2, "Name another file with --trace"),
    ("revise m.py::f --interpreter /no/python", 3, "name another one with --interpreter"),
    ("trace none.jsonl", 2, "none.jsonl cannot be read (No such file or directory). Name a file"),
    ("trace .", 2, "cannot be read (Is a directory). Name a file that revise --trace wrote"),
    ("trace binary.py", 2, "cannot be read (it is no text). Name a file"), ("trace m.py", 2, "line 1 is not JSON"),
    ("trace half.jsonl", 2, "Line 1 of the trace does not contain the tests"), ("demo m.py", 2, "Name another folder"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "status", "words"), CALLS, ids=[call for call, _, _ in CALLS])
def test_a_wrong_call(workspace, capsys, call, status, words):
    found, line = output_of(capsys, *call.split())
    assert found == status and words in line


def test_long_output_of_a_wrong_interpreter_is_shortened(workspace, capsys):
    status, line = output_of(capsys, "revise", "m.py::f", "--interpreter", "/bin/ls")
    assert status == 3 and "/bin/ls does not start" in line and len(line) < 400


BROKEN = [
    ({"test_m.py": "import nosuch\n"}, "test_m.py: ModuleNotFoundError: No module named 'nosuch' (test_m.py:1)"),
    ({"test_m.py": "def test_x(: pass\n"}, 'test_m.py: SyntaxError: invalid syntax (File "test_m.py", line 1)'),
    ({"conftest.py": "raise SystemExit(3)\n"}, 'File "conftest.py", line 1, in <module> | raise SystemExit(3)'),
    ({"pytest.ini": "[pytest]\naddopts = --nosuch\n"}, "error: unrecognized arguments: --nosuch"),
]


@pytest.mark.parametrize(("files", "words"), BROKEN, ids=["import", "syntax", "exit", "options"])
def test_collection_errors_are_reported_with_their_cause(workspace, write, capsys, files, words):
    write(files)
    status, line = output_of(capsys, "revise", "m.py::f")
    assert status == 3 and words in line and "/reloc-" not in line
    assert "Mend that, or name other tests with --tests." in line


@pytest.mark.parametrize("tests", ["none.py", "test_m.py::test_none"])
def test_missing_tests_are_an_error(workspace, capsys, tests):
    status, line = output_of(capsys, "revise", "m.py::f", "--tests", tests)
    assert status == 3 and f"not found: {tests}" in line


def test_a_deleted_current_folder_is_an_error(tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    code = (
        "import os, sys; os.rmdir(os.getcwd()); os.execv(sys.executable, [sys.executable, '-m', 'reloc_lsp', 'revise'])"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=gone,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 2
    assert done.stderr == "reloc-lsp: error: The current folder does not exist any more: change to another one.\n"
