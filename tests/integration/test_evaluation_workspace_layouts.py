"""Candidates run in the scratch copy in every way in which a workspace may import its own code."""

from __future__ import annotations

import os
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
from verdicts import evaluate, outcomes

from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.workspace.scratch_copy import ScratchCopy
from reloc_lsp.search.verdict import Outcome

WRONG = "def f(a):\n    return a\n"
RIGHT = "def f(a):\n    return 3\n"
TESTS = """
    import pathlib
    import m
    from m import f

    def test_value(): assert f(5) == 3
    def test_other(): assert f(3) == 3
    def test_place(): assert f(3) and "reloc-" in m.__file__
"""


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """A virtual environment that sees the packages of the active one, and its site-packages folder."""
    folder = tmp_path / "environment"
    venv.create(folder, with_pip=False, symlinks=True)
    packages = packages_of(folder)
    (packages / "theirs.pth").write_text(f"{packages_of(Path(os.environ['VIRTUAL_ENV']))}\n")
    return packages


def packages_of(folder: Path) -> Path:
    return Path(sysconfig.get_path("purelib", "venv", {"base": str(folder), "platbase": str(folder)}))


def python_of(packages: Path) -> str:
    return str(next(folder for folder in packages.parents if (folder / "pyvenv.cfg").exists()) / "bin" / "python")


async def assert_judged_on_the_copy(evaluator, tiers: tuple[str, ...] = ("warm",)):
    assert evaluator.baseline.tier.name in tiers, evaluator.baseline.reason
    assert outcomes(evaluator.unchanged)["test_place"] is Outcome.PASSED
    wrong, right = await evaluate(evaluator, "def f(a):\n    return 4\n", RIGHT)
    assert right.all_passed and not wrong.all_passed
    assert (await evaluator.confirm(RIGHT)).all_passed


async def test_an_editable_install_by_a_path_file(write, start_evaluator, environment):
    root = write({"src/m.py": WRONG, "tests/test_m.py": TESTS})
    (environment / "project.pth").write_text(f"{root / 'src'}\n")
    await assert_judged_on_the_copy(await start_evaluator(root, "src/m.py::f", interpreter=python_of(environment)))


async def test_an_editable_install_by_a_finder(write, start_evaluator, environment):
    root = write(
        {
            "src/pkg/__init__.py": "",
            "src/pkg/m.py": WRONG,
            "tests/test_m.py": TESTS.replace("import m", "import pkg.m as m").replace("from m", "from pkg.m"),
        }
    )
    (environment / "finder_of_project.py").write_text(
        "import importlib.util, sys\n"
        "class Finder:\n"
        "    @staticmethod\n"
        "    def find_spec(name, path=None, target=None):\n"
        "        if name == 'pkg':\n"
        f"            file = {str(root / 'src' / 'pkg' / '__init__.py')!r}\n"
        "            return importlib.util.spec_from_file_location(name, file)\n"
        "def install():\n"
        "    sys.meta_path.append(Finder)\n"
    )
    (environment / "project.pth").write_text("import finder_of_project; finder_of_project.install()\n")
    await assert_judged_on_the_copy(await start_evaluator(root, "src/pkg/m.py::f", interpreter=python_of(environment)))


async def test_a_python_path_into_the_workspace(write, start_evaluator, monkeypatch):
    root = write({"lib/m.py": WRONG, "tests/test_m.py": TESTS})
    monkeypatch.setenv("PYTHONPATH", str(root / "lib"))
    await assert_judged_on_the_copy(await start_evaluator(root, "lib/m.py::f", interpreter=sys.executable))


async def test_a_python_path_in_pytests_configuration(write, start_evaluator):
    configuration = "[tool.pytest.ini_options]\npythonpath = ['lib']\ntestpaths = ['checks']\n"
    root = write({"pyproject.toml": configuration, "lib/m.py": WRONG, "checks/test_m.py": TESTS})
    await assert_judged_on_the_copy(await start_evaluator(root, "lib/m.py::f"))


async def test_a_module_may_have_the_name_of_a_module_of_the_harness(write, start_evaluator):
    tests = TESTS.replace("import m\n", "import main as m\n").replace("from m import", "from main import")
    root = write(
        {
            "main.py": WRONG,
            "runner.py": "x = 1\n",
            "test_main.py": tests + "    def test_own_runner(): import runner; assert f(3) and runner.x\n",
        }
    )
    await assert_judged_on_the_copy(await start_evaluator(root, "main.py::f"))


async def test_symbolic_links(write, start_evaluator, tmp_path):
    """A link leads to the workspace, in it a link leads to its code, and another one to data outside."""
    root = write(
        {
            "real/m.py": WRONG,
            "test_m.py": TESTS + "    def test_data(): assert f(3) and pathlib.Path('data/n').read_text() == '3'\n",
        }
    )
    (root / "m.py").symlink_to("real/m.py")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "n").write_text("3")
    (root / "data").symlink_to(tmp_path / "outside")
    (tmp_path / "way").symlink_to(root)
    evaluator = await start_evaluator(tmp_path / "way", "m.py::f")
    wrong, right = await evaluate(evaluator, "def f(a):\n    return 4\n", RIGHT)
    assert right.all_passed and not wrong.all_passed
    assert outcomes(evaluator.unchanged)["test_data"] is Outcome.PASSED
    assert (root / "m.py").read_text() == WRONG and (root / "m.py").is_symlink()


async def test_unsaved_text_is_used_and_not_saved(write, start_evaluator):
    root = write({"m.py": "def f(a):\n    return 1\n", "helper.py": "x = 'old'\n", "test_m.py": "def test(): pass\n"})
    tests = "from m import f\nfrom helper import x\n"
    tests += "def test_new(): assert f(5) == 3\ndef test_x(): assert f(3) and x == 'new'\n"
    unsaved = {root / "m.py": WRONG, root / "test_m.py": tests, root / "helper.py": "x = 'new'\n"}
    evaluator = await start_evaluator(root, "m.py::f", unsaved=unsaved)
    assert outcomes(evaluator.unchanged) == {"test_new": Outcome.FAILED, "test_x": Outcome.PASSED}
    (right,) = await evaluate(evaluator, RIGHT)
    assert right.all_passed and (await evaluator.confirm(RIGHT)).all_passed
    assert (root / "helper.py").read_text() == "x = 'old'\n"


async def test_a_file_in_another_encoding_keeps_it(write, start_evaluator, tmp_path):
    root = write({"test_m.py": "from m import f\ndef test_a(): assert f('x') == 'xé'\ndef test_b(): assert f('')\n"})
    text = "# coding: latin-1\r\ndef f(a):\r\n    return 'é' + a\r\n"
    (root / "m.py").write_bytes(text.encode("latin-1"))
    evaluator = await start_evaluator(root, "m.py::f")
    (right,) = await evaluate(evaluator, "def f(a):\r\n    return a + 'é'\r\n")
    assert right.all_passed
    assert (await evaluator.confirm("def f(a):\r\n    return a + 'é'\r\n")).all_passed


def test_environments_and_caches_are_not_copied(tmp_path):
    for name in (
        ".git/config",
        "node_modules/x.js",
        "__pycache__/m.pyc",
        "env/pyvenv.cfg",
        "env/lib/x.py",
        "kept/env.txt",
    ):
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    copy = ScratchCopy(tmp_path / "project", {})
    found = sorted(str(path.relative_to(copy.root)) for path in copy.root.rglob("*") if path.is_file())
    copy.close()
    assert found == ["kept/env.txt"] and not copy.folder.exists()


def test_the_copy_is_removed_though_a_candidate_locked_a_folder(tmp_path):
    copy = ScratchCopy(tmp_path, {})
    locked = copy.root / "a" / "b"
    locked.mkdir(parents=True)
    (locked / "file").touch()
    locked.chmod(0o500)
    locked.parent.chmod(0)
    copy.close()
    assert not copy.folder.exists()


def test_a_copy_that_cannot_be_made_gives_a_clear_error_and_leaves_nothing(tmp_path, monkeypatch):
    (tmp_path / "full").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "full"))
    with pytest.raises(EvaluationError) as error:
        ScratchCopy(tmp_path / "missing", {})
    assert "could not be made" in str(error.value) and "TMPDIR" in str(error.value)
    assert os.listdir(tmp_path / "full") == []
