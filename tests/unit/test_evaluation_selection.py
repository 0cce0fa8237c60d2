"""Which test files are found, and in which order they are tried."""

from __future__ import annotations

import pytest

from reloc_lsp.evaluation.selection import test_file_discovery, test_selection
from reloc_lsp.evaluation.selection.test_file_discovery import pytest_layout
from reloc_lsp.evaluation.selection.test_selection import likely_groups
from reloc_lsp.evaluation.workspace.user_files import UserFiles


def found(root):
    return [path.as_posix() for path in test_file_discovery.test_files(UserFiles(root), pytest_layout(UserFiles(root)))]


def grouped(root, file, qualname):
    user = UserFiles(root)
    return likely_groups(user, test_file_discovery.test_files(user, pytest_layout(user)), file, qualname)


def put(root, name, text=""):
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)


def test_test_files_are_found_by_the_names_that_pytest_uses(tmp_path):
    for name in ("test_a.py", "b_test.py", "tests/unit/test_c.py", "helper.py", "tests/conftest.py", "testing.py"):
        put(tmp_path, name)
    assert found(tmp_path) == ["b_test.py", "test_a.py", "tests/unit/test_c.py"]


def test_a_configured_name_with_a_folder_is_matched_against_the_path(tmp_path):
    put(tmp_path, "pytest.ini", "[pytest]\npython_files = pack/tests/*.py\n")
    for name in ("pack/tests/schema.py", "pack/tests/__init__.py", "pack/schema.py", "test_other.py"):
        put(tmp_path, name)
    assert found(tmp_path) == ["pack/tests/schema.py"]


def test_environments_caches_and_builds_are_not_searched(tmp_path):
    for name in ("env/pyvenv.cfg", "env/lib/test_x.py", ".tox/test_x.py", "build/test_x.py", "node_modules/test_x.py"):
        put(tmp_path, name)
    assert found(tmp_path) == []


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("pytest.ini", "[pytest]\ntestpaths = checks\npython_files = check_*.py\n"),
        ("pyproject.toml", "[tool.pytest.ini_options]\ntestpaths = ['checks']\npython_files = 'check_*.py'\n"),
        ("pyproject.toml", "[tool.pytest]\ntestpaths = ['checks']\npython_files = ['check_*.py']\n"),
        ("pytest.toml", "[pytest]\ntestpaths = ['checks']\npython_files = ['check_*.py']\n"),
        (".pytest.toml", "[pytest]\ntestpaths = ['checks']\npython_files = ['check_*.py']\n"),
        ("tox.ini", "[pytest]\ntestpaths =\n    checks\npython_files = check_*.py\n"),
        ("setup.cfg", "[tool:pytest]\ntestpaths = check*\npython_files = check_*.py\n"),
    ],
)
def test_tests_are_where_the_projects_configuration_names_them(file, text, tmp_path):
    put(tmp_path, file, text)
    put(tmp_path, "checks/check_a.py")
    put(tmp_path, "checks/test_b.py")
    put(tmp_path, "other/check_c.py")
    assert found(tmp_path) == ["checks/check_a.py"]


def test_pytest_toml_comes_before_pyproject_toml(tmp_path):
    put(tmp_path, "pytest.toml", "[pytest]\ntestpaths = ['checks']\n")
    put(tmp_path, "pyproject.toml", "[tool.pytest.ini_options]\ntestpaths = ['other']\n")
    put(tmp_path, "checks/test_a.py")
    put(tmp_path, "other/test_b.py")
    assert found(tmp_path) == ["checks/test_a.py"]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("pyproject.toml", "tool = 3\n"),
        ("pyproject.toml", "tool.pytest.ini_options = 3\n"),
        ("pytest.toml", "testpaths = ['nowhere']\n"),
        ("pyproject.toml", "[tool\n"),
        ("pyproject.toml", "[tool.pytest.ini_options]\npython_files = [3]\ntestpaths = ['nowhere']\n"),
        ("setup.cfg", "no section\n"),
        ("pytest.ini", "\xff"),
    ],
)
def test_a_configuration_that_cannot_be_read_hides_no_test(file, text, tmp_path):
    (tmp_path / file).write_bytes(text.encode("latin-1"))
    put(tmp_path, "test_a.py")
    assert found(tmp_path) == ["test_a.py"]


def test_all_files_of_a_small_suite_are_one_group_with_the_likely_ones_first(tmp_path):
    put(tmp_path, "test_z.py", "from ranges import clamp\nclamp(1, 2, 3)\n")
    put(tmp_path, "test_ranges.py", "import ranges\n")
    put(tmp_path, "test_a.py", "import other\n")
    groups = grouped(tmp_path, "ranges.py", "clamp")
    assert groups == [["test_z.py", "test_ranges.py", "test_a.py"]]


def test_in_a_large_suite_the_files_that_likely_cover_the_unit_are_the_first_group(tmp_path):
    for number in range(60):
        put(tmp_path, f"tests/test_{number:02}.py", "import other\n")
    put(tmp_path, "tests/test_50.py", "from pkg.ranges import Range\nRange().clamp()\n")
    near, everything = grouped(tmp_path, "pkg/ranges.py", "Range.clamp")
    assert near == ["tests/test_50.py"] and len(everything) == 60 and everything[0] == "tests/test_50.py"


def test_in_a_very_large_suite_files_with_all_words_are_first_and_not_all_files_are_read(tmp_path, monkeypatch):
    for number in range(210):
        put(tmp_path, f"tests/test_{number:03}.py", "from pkg.other import clamp\n" * (number % 7 == 0))
    put(tmp_path, "tests/test_070.py", "from pkg.ranges import clamp\n")
    put(tmp_path, "tests/test_ranges_more.py", "from pkg.ranges import clamp\n")
    direct, close, everything = grouped(tmp_path, "pkg/ranges.py", "clamp")
    assert direct == ["tests/test_ranges_more.py", "tests/test_070.py"]
    assert close[:2] == direct and len(close) == 25 and len(everything) == 211
    monkeypatch.setattr(test_selection, "MAX_READ_FILES", 1)
    assert grouped(tmp_path, "pkg/ranges.py", "clamp")[0] == ["tests/test_ranges_more.py"]


def test_a_name_outside_of_ascii_is_a_word_too(tmp_path):
    for number in range(30):
        put(tmp_path, f"tests/test_{number:02}.py", "from m import größer\n" if number == 7 else "größe = größere\n")
    assert grouped(tmp_path, "pkg/x.py", "größ" + "er")[0] == ["tests/test_07.py"]


def test_without_tests_there_are_no_groups(tmp_path):
    assert likely_groups(UserFiles(tmp_path), [], "m.py", "f") == []
