"""A large workspace is mounted and not copied: verdicts are the same as on a copy, and the user's files stay."""

from __future__ import annotations

import os
import subprocess
import venv
from pathlib import Path

import pytest
from verdicts import evaluate, outcomes

from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.sandbox import find_sandbox
from reloc_lsp.evaluation.selection.fault_localization import test_literals as literals_of
from reloc_lsp.evaluation.selection.suspect_functions import find_suspects
from reloc_lsp.evaluation.tiers import HarnessLauncher
from reloc_lsp.evaluation.workspace import workspace_scan
from reloc_lsp.evaluation.workspace.scratch_copy import ScratchCopy
from reloc_lsp.evaluation.workspace.test_integrity import protected_contents
from reloc_lsp.search.verdict import Outcome

SANDBOX = find_sandbox()
pytestmark = pytest.mark.skipif(SANDBOX.container is None, reason=f"no container: {'; '.join(SANDBOX.missing)}")

WRONG = "def f(a):\n    return a\n"
RIGHT = "def f(a):\n    return 3\n"
TESTS = """\
import pathlib
import m
from m import f

def test_value(): assert f(5) == 3
def test_other(): assert f(3) == 3
def test_place(): assert f(3) and "reloc-" in m.__file__ and m.__file__.startswith(str(pathlib.Path.cwd()))
"""


@pytest.fixture(autouse=True)
def every_workspace_is_large(monkeypatch, tmp_path):
    """Also, scratch folders are made in a folder of the test."""
    monkeypatch.setattr(workspace_scan, "LARGE_WORKSPACE_FILES", 0)
    (tmp_path / "scratch").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "scratch"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))


def contents(root: Path) -> dict[str, bytes | str]:
    """Everything below `root`."""
    return {
        str(path.relative_to(root)): os.readlink(path) if path.is_symlink() else path.read_bytes()
        for path in root.rglob("*")
        if path.is_symlink() or path.is_file()
    }


async def assert_right_verdicts(evaluator, tier="warm", right=RIGHT):
    root = evaluator.launcher.copy.origin
    before = contents(root)
    assert evaluator.launcher.copy.mounted and not list(evaluator.launcher.copy.root.iterdir())
    assert evaluator.baseline.tier.name == tier, evaluator.baseline.reason
    verdicts = await evaluate(evaluator, "def f(a):\n    return 4\n", right, "def f(a, b=3):\n    return b\n")
    assert [verdict.all_passed for verdict in verdicts] == [False, True, True]
    assert (await evaluator.confirm(right)).all_passed
    assert contents(root) == before
    assert [path.name for path in evaluator.launcher.copy.folder.glob("copy*")] == ["copy"]


async def test_warm_fresh_and_cold_runs_have_right_verdicts_and_leave_nothing(write, start_evaluator, tmp_path):
    evaluator = await start_evaluator(write({"m.py": WRONG, "test_m.py": TESTS, ".flags": "x"}), "m.py::f")
    await assert_right_verdicts(evaluator)
    assert outcomes(evaluator.unchanged)["test_place"] is Outcome.PASSED and not evaluator.baseline.notes
    assert not (await evaluator.confirm("def f(a):\n    return 4\n")).all_passed
    await evaluator.close()
    evaluator.launcher.copy.close()
    assert list((tmp_path / "scratch").iterdir()) == []


async def test_a_unit_that_runs_at_import(write, start_evaluator):
    module = "def f(a):\n    return a\nX = f(5)\n"
    evaluator = await start_evaluator(
        write({"m.py": module, "test_m.py": "import m\ndef test(): assert m.X == 3\n"}), "m.py::f"
    )
    await assert_right_verdicts(evaluator, "fresh")


async def test_unsaved_texts_and_new_files_are_used_and_not_saved(write, start_evaluator, tmp_path):
    root = write({"m.py": "def f(a):\n    return 1\n", "real/helper.py": "x = 'old'\n", "test_old.py": ""})
    (root / "helper.py").symlink_to("real/helper.py")
    tests = "from m import f\nfrom helper import x\nfrom new.package.part import y\n"
    tests += "def test_f(): assert f(5) == 3\n"
    tests += "def test_new(): assert f(3) and x == 'new' and y == f(2)\n"
    unsaved = {"m.py": WRONG, "tests/test_m.py": tests, "helper.py": "x = 'new'\n", "new/package/part.py": "y = 2\n"}
    (tmp_path / "way").symlink_to(root)
    unsaved = {tmp_path / "way" / name: text for name, text in unsaved.items()}
    evaluator = await start_evaluator(tmp_path / "way", "m.py::f", unsaved=unsaved)
    assert set(outcomes(evaluator.unchanged).values()) == {Outcome.FAILED, Outcome.PASSED}
    assert evaluator.launcher.copy.mounted and "'new'" in literals_of(
        evaluator.launcher.copy.files, [Path("tests/test_m.py")]
    )
    right = "def f(a):\n    return 3 if a == 5 else a\n"
    before = contents(root)
    assert [verdict.all_passed for verdict in await evaluate(evaluator, WRONG, right)] == [False, True]
    assert (await evaluator.confirm(right)).all_passed and contents(root) == before
    assert not (root / "tests").exists() and not (root / "new").exists()


WRITING = {
    "the workspace": "pathlib.Path('found.txt').write_text('x')",
    "a folder": "pathlib.Path('big/out/found.txt').write_text('x')",
    "a new folder": "pathlib.Path('big/out/a/b').mkdir(parents=True, exist_ok=True)",
    "a file there is": "pathlib.Path('big/out/kept/there.txt').write_text('x')",
    "folders removed": "import shutil; shutil.rmtree('big/out', ignore_errors=True); pathlib.Path('big/out').mkdir()",
}


@pytest.mark.parametrize("place", WRITING)
async def test_tests_may_write_into_the_workspace(place, write, start_evaluator, monkeypatch):
    monkeypatch.setattr("reloc_lsp.evaluation.workspace.mounted_directory.MAX_COPIED_FILES", 4)
    test = f"def test_writing():\n    {WRITING[place]}\n    assert f(3) == 3\n"
    data = {f"big/data/{n}": "x" for n in range(9)}
    root = write({"m.py": WRONG, "test_m.py": TESTS + test, "big/out/kept/there.txt": "mine", **data})
    evaluator = await start_evaluator(root, "m.py::f")
    assert outcomes(evaluator.unchanged)["test_writing"] is Outcome.PASSED
    await assert_right_verdicts(evaluator)
    told = [note for note in evaluator.baseline.notes if "writing in" in note or "container allows" in note]
    assert len(told) == 1


IMPORTING = {
    "conftest.py": "open('out/log.txt', 'w').close(); open('found.txt', 'w').close()\n",
    "test_m.py": "open('out/log.txt', 'w').close()\n" + TESTS,
    "out/database.py": "import sqlite3; sqlite3.connect('out/db').execute('create table if not exists t (a)')\n",
}


@pytest.mark.parametrize("importer", IMPORTING)
async def test_importing_the_tests_may_write_into_the_workspace(importer, write, start_evaluator):
    files = {"m.py": WRONG, "test_m.py": TESTS, "conftest.py": "", "out/database.py": ""}
    files |= {importer: IMPORTING[importer]}
    files["conftest.py"] += "import out.database\n"
    await assert_right_verdicts(await start_evaluator(write(files), "m.py::f"))


async def test_once_folders_are_writable_only_informative_test_files_run_again(write, start_evaluator):
    """Files with covering tests, and files with failing tests, which may cover the unit once they can write."""
    writing = "def test_writing(): pathlib.Path('found.txt').write_text('x')\n"
    late = f"import pathlib\nfrom m import f\n{writing[:-1]}; assert f(3) == 3\n"
    root = write({"m.py": WRONG, "test_m.py": TESTS, "test_late.py": late, "test_other.py": "def test(): pass\n"})
    evaluator = await start_evaluator(root, "m.py::f")
    assert "test_writing" in outcomes(evaluator.unchanged)
    assert {test.partition("::")[0] for test in evaluator.baseline.tier.tests} == {"test_m.py", "test_late.py"}
    assert not evaluator.baseline.unseen
    await assert_right_verdicts(evaluator)


async def test_a_candidate_that_changes_the_tests_in_a_writable_folder_is_not_confirmed(write, start_evaluator):
    test = "def test_writing():\n    pathlib.Path('found.txt').write_text('x')\n    assert f(3) == 3\n"
    root = write({"m.py": WRONG, "test_m.py": TESTS + test})
    evaluator = await start_evaluator(root, "m.py::f")
    forging = "def f(a):\n    open('test_m.py', 'a').write('#')\n    return 3\n"
    before = contents(root)
    assert not (await evaluator.confirm(forging)).all_passed
    assert contents(root) == before


async def test_a_candidate_cannot_write_where_the_tests_did_not(write, start_evaluator):
    root = write({"m.py": WRONG, "test_m.py": TESTS, "data/n.txt": "3"})
    evaluator = await start_evaluator(root, "m.py::f")
    places = ["found.txt", "data/n.txt", f"{root}/data/n.txt", "m.py"]
    sources = [f"def f(a):\n    open({place!r}, 'w').close()\n    return 3\n" for place in places]
    assert not any(verdict.all_passed for verdict in await evaluate(evaluator, *sources))
    anywhere = "def f(a):\n" + "".join(
        f"    try: return bool(open({place!r}, 'w')) and 3\n    except OSError: pass\n" for place in places
    )
    assert set(outcomes(await evaluator.confirm(anywhere)).values()) == {Outcome.FAILED}
    assert (root / "data" / "n.txt").read_text() == "3"


async def test_an_environment_in_the_workspace_is_used_but_hidden_in_the_copy(write, start_evaluator):
    test = (
        "def test_hidden(): assert f(3) and not [*pathlib.Path('.venv').iterdir(), *pathlib.Path('.git').iterdir()]\n"
    )
    root = write({"m.py": WRONG, "test_m.py": TESTS + test, ".git/config": "x"})
    venv.create(root / ".venv", with_pip=False, symlinks=True)
    (packages,) = (root / ".venv" / "lib").glob("python*/site-packages")
    (active,) = Path(os.environ["VIRTUAL_ENV"], "lib").glob("python*/site-packages")
    (packages / "theirs.pth").write_text(f"{active}\n{root}\n")
    (packages / "theirs.py").write_text("n = 3\n")
    evaluator = await start_evaluator(root, "m.py::f", interpreter=str(root / ".venv" / "bin" / "python"))
    assert outcomes(evaluator.unchanged)["test_hidden"] is Outcome.PASSED
    await assert_right_verdicts(evaluator, right="def f(a):\n    import theirs\n    return theirs.n\n")


async def test_symbolic_links(write, start_evaluator, tmp_path):
    """A link leads to the workspace, and in it are links of every kind."""
    tests = TESTS + "".join(
        f"def test_{name}(): assert f(3) and pathlib.Path('{name}/n').read_text() == '3'\n"
        for name in ("beside", "outside", "inside", "about")
    )
    root = write({"src/m.py": WRONG, "test_m.py": tests, "data/n": "3"})
    write({"n": "3"}, "elsewhere")
    (root / "m.py").symlink_to(root / "src" / "m.py")
    (root / "beside").symlink_to("../elsewhere")
    (root / "outside").symlink_to(tmp_path / "elsewhere")
    (root / "inside").symlink_to(root / "data")
    (root / "about").symlink_to("src/../data")
    (tmp_path / "way").symlink_to(root)
    evaluator = await start_evaluator(tmp_path / "way", "m.py::f")
    passed = {name for name, outcome in outcomes(evaluator.unchanged).items() if outcome is Outcome.PASSED}
    assert passed == {f"test_{name}" for name in ("beside", "outside", "inside", "about", "other", "place")}
    await assert_right_verdicts(evaluator)
    assert contents(tmp_path / "elsewhere") == {"n": b"3"}


async def test_bytecode_of_the_users_own_runs_does_not_lead_to_the_users_files(
    write, start_evaluator, active_interpreter
):
    root = write({"m.py": WRONG, "test_m.py": TESTS})
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    run = [str(active_interpreter.executable), "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    subprocess.run(run, cwd=root, env=environment, check=False, capture_output=True)
    assert list(root.glob("__pycache__/test_m*"))
    evaluator = await start_evaluator(root, "m.py::f")
    (failing,) = [result for result in evaluator.unchanged.results.values() if result.failure]
    assert failing.failure.test_line == 5
    await assert_right_verdicts(evaluator)


def test_a_small_workspace_and_one_without_a_container_are_copied(write, monkeypatch):
    root = write({"m.py": WRONG, ".git/objects": "x" * 100})
    copies = [ScratchCopy(root, {}, mountable=mountable) for mountable in (True, False)]
    monkeypatch.setattr(workspace_scan, "LARGE_WORKSPACE_FILES", 1)
    copies.append(ScratchCopy(root, {}, mountable=True))
    monkeypatch.setattr(workspace_scan, "LARGE_WORKSPACE_BYTES", 4)
    copies.append(ScratchCopy(root, {}, mountable=True))
    assert [copy.mounted for copy in copies] == [True, False, False, True]
    assert [bool(list(copy.root.iterdir())) for copy in copies] == [False, True, True, False]
    for copy in copies:
        copy.close()


async def test_a_unit_that_its_module_deletes_with_tests_that_write(write, start_evaluator):
    module = "def f(a):\n    return a\nX = f(5)\ndel f\n"
    test = "import m\ndef test():\n    open('found.txt', 'w').write('x')\n    assert m.X == 3\n"
    evaluator = await start_evaluator(write({"m.py": module, "test_m.py": test}), "m.py::f")
    (result,) = evaluator.unchanged.results.values()
    assert result.failure is not None and result.failure.kind == "AssertionError"
    assert evaluator.baseline.tier.name == "fresh" and evaluator.launcher.copy.mounted
    assert [verdict.all_passed for verdict in await evaluate(evaluator, WRONG, RIGHT)] == [False, True]
    assert (await evaluator.confirm(RIGHT)).all_passed


async def test_suspect_functions_are_found_where_tests_write(write, active_interpreter):
    right = "def g(a):\n    open('out/found.txt', 'w').write('x')\n    return a\n"
    tests = "from m import f, g\ndef test_f(): assert f(5) == 3\ndef test_g(): assert g(5) == 5\n"
    root = write({"m.py": WRONG + right, "test_m.py": tests, "out/kept.txt": ""})
    copy = ScratchCopy(root, {}, mountable=True)
    suspects = await find_suspects(HarnessLauncher(copy, active_interpreter, 2, sandbox=SANDBOX), ["test_m.py"], 30.0)
    copy.close()
    assert suspects.functions == [("m.py", 1)] and suspects.passed == 1


@pytest.mark.parametrize("mountable", [True, False], ids=["mounted", "copied"])
def test_texts_of_files_outside_of_the_workspace_are_not_written(mountable, write, tmp_path):
    write({"m.py": "mine", "deep/m.py": "mine"}, "elsewhere")
    root = write({"m.py": WRONG})
    (root / "linked").symlink_to(tmp_path / "elsewhere")
    files = [root / "linked" / "m.py", root / "linked" / "new.py", tmp_path / "elsewhere" / "deep" / "m.py"]
    copy = ScratchCopy(root, dict.fromkeys(files, "unsaved"), mountable=mountable)
    for file in files:
        with pytest.raises(EvaluationError, match="is not in the workspace"):
            copy.write(copy.root, file, "candidate")
    copy.close()
    assert contents(tmp_path / "elsewhere") == {"m.py": b"mine", "deep/m.py": b"mine"}


def test_protected_contents_are_what_processes_see_and_reading_never_waits(write):
    root = write({"m.py": WRONG, "out/test_m.py": TESTS, "pytest.ini": ""})
    copy = ScratchCopy(root, {root / "m.py": "unsaved"}, mountable=True)
    assert copy.make_writable([str(copy.root / "out"), "/elsewhere"])
    assert not copy.make_writable([str(copy.root / "out")])
    demanded = protected_contents(copy, copy.root, ["out/test_m.py", "m.py"])
    assert demanded[copy.root / "m.py"] == b"unsaved" and demanded[copy.root / "pytest.ini"] == b""
    place = copy.content_path(copy.root, copy.root / "out" / "test_m.py")
    place.unlink()
    os.mkfifo(place)
    (place.parent / "conftest.py").symlink_to("/dev/zero")
    changed = protected_contents(copy, copy.root, ["out/test_m.py", "m.py"])
    copy.close()
    assert {path.name for path in demanded if demanded[path] != changed[path]} == {"test_m.py"}
    assert (root / "out" / "test_m.py").read_text() == TESTS
