from pathlib import Path

import pytest

from reloc_lsp.cli.errors import CallError
from reloc_lsp.cli.target_parsing import parse_target, workspace_root
from reloc_lsp.revision import Target


@pytest.fixture
def here(tmp_path):
    (tmp_path / "m.py").touch()
    (tmp_path / "odd:7").touch()
    (tmp_path / "folder").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("text", "qualname", "line"),
    [
        ("m.py", None, None),
        ("./folder/../m.py", None, None),
        ("m.py:12", None, 12),
        ("m.py::f", "f", None),
        ("m.py::A.method", "A.method", None),
        ("m.py::A::method", "A.method", None),
        ("m.py::outer.<locals>.inner", "outer.<locals>.inner", None),
    ],
)
def test_forms_of_a_target(here, text, qualname, line):
    assert parse_target(text, here) == Target(here / "m.py", qualname, line)
    assert parse_target(f"{here}/{text}", Path("/")) == Target(here / "m.py", qualname, line)


def test_a_node_id_may_name_parameters(here):
    expected = Target(here / "m.py", "A.test", case="[a::b-c.d]")
    assert parse_target("m.py::A::test[a::b-c.d]", here) == expected


def test_a_file_whose_name_ends_like_a_line_number(here):
    assert parse_target("odd:7", here) == Target(here / "odd:7")


def test_without_a_target_the_workspace_is_the_target(here):
    assert parse_target(None, here) == Target()


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "names no file"),
        ("::f", "names no file"),
        (":3", "names no file"),
        ("m.py::", "names no function"),
        ("m.py:0", "lines count from 1"),
        ("m.py:-2", "lines count from 1"),
        ("nowhere.py", "no file nowhere.py"),
        ("nowhere.py::f", "no file nowhere.py"),
        ("C:\\folder\\nowhere.py", "no file C:\\folder\\nowhere.py"),
        ("C:\\folder\\nowhere.py:3", "no file C:\\folder\\nowhere.py in"),
        ("folder", "is a folder"),
        ("x" * 5000, "no file"),
    ],
)
def test_wrong_targets_are_refused(here, text, part):
    with pytest.raises(CallError) as refused:
        parse_target(text, here)
    assert part in str(refused.value) and len(str(refused.value)) > 20


def write(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


@pytest.mark.parametrize(
    ("names", "root"),
    [
        (["a/pyproject.toml", "a/src/p/m.py"], "a"),
        (["a/tests/test_m.py", "a/src/p/m.py"], "a"),
        (["a/src/p/m_test.py", "a/src/p/m.py"], "a"),
        (["a/test_other.py", "a/src/setup.cfg", "a/src/p/m.py"], "a/src"),
        (["a/node_modules/test_x.py", "a/.venv/test_x.py", "a/src/p/m.py"], "a/src/p"),
        (["pytest.ini", "a/src/p/m.py"], "."),
    ],
    ids=["marker", "tests", "tests-beside", "project-within", "other-people's-tests", "marker-around"],
)
def test_workspace_of_a_call_in_folder_a(tmp_path, names, root):
    write(tmp_path, *names)
    assert workspace_root(tmp_path / "a/src/p/m.py", tmp_path / "a") == tmp_path / root


def test_workspace_of_a_file_elsewhere(tmp_path):
    write(tmp_path, "here/pyproject.toml", "there/tox.ini", "there/deep/m.py", "bare/m.py")
    assert workspace_root(tmp_path / "there/deep/m.py", tmp_path / "here") == tmp_path / "there"
    assert workspace_root(tmp_path / "bare/m.py", tmp_path / "here") == tmp_path / "bare"


def test_workspace_without_a_file(tmp_path):
    write(tmp_path, "a/setup.py", "a/b/notes.txt")
    assert workspace_root(None, tmp_path / "a" / "b") == tmp_path / "a"
