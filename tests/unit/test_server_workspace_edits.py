"""From a proposal to the positions of an edit."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from reloc_lsp.program.text_edit import Edit
from reloc_lsp.revision import Proposal
from reloc_lsp.server.proposals.workspace_edits import unit_change, workspace_edit
from reloc_lsp.server.session.documents import parse
from reloc_lsp.server.session.workspace_roots import root_of
from reloc_lsp.settings import Layer, Settings, layered


def proposal(original: str, source: str, qualname: str = "f") -> Proposal:
    return Proposal("fixed", "", qualname=qualname, original=original, source=source)


def test_a_unit_change_is_rebased_on_the_moved_unit():
    change = unit_change(proposal("def f():\n    return 1\n", "def f():\n    return 2\n"))
    moved = "x = 1\n\n\ndef f():\n    return 1\n"
    assert change.rebased(parse(moved)) == [Edit(17, 30, "    return 2\n")]
    assert change.rebased(parse("def g():\n    return 1\n")) is None
    assert change.rebased(parse("def f():\n    return 10\n")) is None
    assert change.rebased(parse("def f(:\n")) is None
    assert change.is_done_in(parse("x = 1\ndef f():\n    return 2"))
    assert not change.is_done_in(parse(moved))


def test_of_units_with_the_same_name_the_revised_one_is_changed():
    text = "if a:\n    def f():\n        return 1\nelse:\n    def f():\n        return 2\n"
    change = unit_change(proposal(text, text.replace("return 1", "return 3")))
    assert change.after == "    def f():\n        return 3\n"
    assert change.rebased(parse(text)) == [Edit(19, 36, "        return 3\n")]


@pytest.mark.parametrize("source", ["x = 2\ndef f():\n    return 1\n", "def f():\n    return 1\n", ""])
def test_a_change_outside_of_the_unit_or_no_change_is_none(source):
    assert unit_change(proposal("def f():\n    return 1\n", source)) is None


@pytest.mark.parametrize(("code_unit_bytes", "character"), [(1, 9), (2, 7), (4, 6)])
def test_positions_count_the_code_units_of_the_editor(code_unit_bytes, character):
    edit = workspace_edit(
        "file:///a.py", 1, "\fa = '🙂'\n", [Edit(7, 7, "!")], code_unit_bytes=code_unit_bytes, versioned=True
    )
    at = edit.document_changes[0].edits[0].range.start
    assert (at.line, at.character) == (0, character + 1)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_an_insertion_after_the_last_line_goes_before_its_line_end(newline):
    text = f"a{newline}"
    edit = workspace_edit(
        "u", None, text, [Edit(len(text), len(text), f"b{newline}")], code_unit_bytes=2, versioned=False
    )
    (change,) = edit.changes["u"]
    assert (change.range.start.line, change.range.start.character) == (0, 1)
    assert change.new_text == f"{newline}b"


def test_the_root_of_a_file(tmp_path: Path):
    file = tmp_path / "project" / "package" / "a.py"
    file.parent.mkdir(parents=True)
    assert root_of(file, []) == file.parent
    (tmp_path / "project" / "tox.ini").touch()
    assert root_of(file, []) == tmp_path / "project"
    assert root_of(file, [tmp_path, tmp_path / "project" / "package"]) == file.parent
    assert root_of(file, [tmp_path / "elsewhere"]) == tmp_path / "project"
    assert root_of(file, [tmp_path / "proj"]) == tmp_path / "project", "a prefix of a folder's name is not the folder"


def test_the_settings_in_the_readme_are_the_defaults():
    readme = (Path(__file__).parents[2] / "editors" / "README.md").read_text("utf-8")
    examples = [json.loads(block) for block in re.findall(r"(?ms)^```json\n(\{\n.*?^\}\n)```$", readme)]
    (values,) = [example["reloc"] for example in examples if "reloc" in example]
    settings, problems = layered([Layer("README", values)])
    assert (settings, problems) == (Settings(), [])
    assert set(values) == set(Settings.__dataclass_fields__)
    for name, table in values.items():
        assert set(table) == set(getattr(Settings(), name).__dataclass_fields__)
