import argparse

import pytest

from reloc_lsp.cli.chosen_settings import chosen_settings
from reloc_lsp.cli.options import add_settings_flags


@pytest.fixture
def choose(tmp_path):
    def settings(*flags, here=tmp_path):
        parser = argparse.ArgumentParser()
        add_settings_flags(parser)
        return chosen_settings(parser.parse_args(flags), tmp_path, here)

    return settings


def test_defaults(choose):
    settings = choose()
    assert settings.budget.seconds == 60 and settings.search.algorithm == "hill-climbing"


def test_a_flag_overrides_pyproject(choose, tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.reloc.budget]\nseconds = 5\nevaluations = 7\n")
    settings = choose("--seconds", "2.5", "--seed", "3")
    assert (settings.budget.seconds, settings.budget.evaluations, settings.search.seed) == (2.5, 7, 3)


@pytest.mark.parametrize(
    "table", ["[tool.reloc]\nsearhc = 1\n", "[tool.reloc.budget]\nseconds = 'many'\n", "[tool.reloc\n"]
)
def test_unusable_settings_are_named(choose, tmp_path, capsys, table):
    (tmp_path / "pyproject.toml").write_text(table)
    assert choose("--seconds", "9").budget.seconds == 9
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and lines[0].startswith("reloc-lsp: warning: pyproject.toml")


def test_node_ids_are_relative_to_the_current_folder(choose, tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "test_m.py").touch()
    settings = choose("--tests", "test_m.py::test_a[x::y]", "gone.py", "--tests", ".", here=tmp_path / "sub")
    assert settings.evaluation.tests == ("sub/test_m.py::test_a[x::y]", "gone.py", "sub")


def test_the_path_of_the_interpreter_is_absolute(choose, tmp_path):
    assert choose("--interpreter", "python3.12").evaluation.interpreter == "python3.12"
    assert choose("--interpreter", "env/bin/python").evaluation.interpreter == f"{tmp_path}/env/bin/python"
