import subprocess
import sys
from pathlib import Path

import pytest

from reloc_lsp.cli.commands.demo import FILE, FUNCTION, demo
from reloc_lsp.cli.main import main
from reloc_lsp.program.text_edit import unified_diff
from reloc_lsp.revision import Progress, Proposal, Target


class Fixed:
    """A revision that knows how to fix the bug of the demo."""

    def __call__(self, snapshot, target, settings):
        self.root, self.target = snapshot.root, target
        return self

    def stop(self):
        pass

    async def run(self):
        yield Progress("searching", "", 0.5, 0.1)
        before = (self.root / FILE).read_text()
        after = before.replace("start < result[-1][1]", "start <= result[-1][1]")
        diff = unified_diff(before, after, FILE)
        yield Proposal(
            "fixed",
            "",
            file=FILE,
            qualname=FUNCTION,
            verified=True,
            diff=diff,
            source=after,
            original=before,
        )


def failing_tests(folder):
    call = [sys.executable, "-m", "pytest", "-q", "-rf", "--tb=no", "-p", "no:cacheprovider"]
    done = subprocess.run(call, cwd=folder, capture_output=True, text=True, check=False)
    return [line.split("::")[1] for line in done.stdout.splitlines() if line.startswith("FAILED")]


def test_the_planted_bug_fails_one_test(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RuntimeError):
        demo(Path("here"), lambda *_: Nothing())
    assert [name.split()[0] for name in failing_tests(tmp_path / "here")] == ["test_touching_slots_become_one"]


class Nothing:
    """A revision that ends without a proposal."""

    async def run(self):
        return
        yield


def test_the_bug_is_shown_fixed_and_written(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    script = Fixed()
    assert demo(Path("here"), script) == 0
    assert script.target == Target(tmp_path / "here" / FILE, FUNCTION)
    assert failing_tests(tmp_path / "here") == []
    printed = capfd.readouterr().out
    parts = [
        "1 failed, 9 passed",
        "$ reloc-lsp revise",
        "+        if result and start <= ",
        "10 passed",
        "cd here",
    ]
    assert sorted(parts, key=printed.index) == parts


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine")
    assert main(["demo", str(tmp_path)]) == 2
    assert "not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_file_with_the_name_of_the_folder_is_an_error(tmp_path, capsys):
    (tmp_path / "reloc-demo").touch()
    assert main(["demo", str(tmp_path / "reloc-demo")]) == 2
    assert "cannot be written" in capsys.readouterr().err
