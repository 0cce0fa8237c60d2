"""What a user is told to check in a revision before it is applied: its powers, hidden text, code that no test ran."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from scripted_server import ScriptedServer
from test_cli_model import called, model, revise

MODULE = (
    "import os\n\n\ndef square(a):\n    # The square of a.\n    return a\n\n\ndef keep():\n    os.makedirs('kept')\n"
)
"""The safety lint lets a model's version do what the file does: make folders."""
TESTS = """\
from shape import square

def test_five(): assert square(5) == 25
def test_three(): assert square(3) == 9
def test_all(): assert [square(n) for n in range(6)] == [0, 1, 4, 9, 16, 25]
"""
PLAIN = "def square(a):\n    # The square of a.\n    return a * a\n"
BACKDOOR = "def square(a):\n    # The square of a.\n    return a * a if a != 31337 else os.makedirs('x') or 1\n"
COMMENT = "# \u3164\ufe0f" + " " * 180 + "other"
"""The safety lint refuses control characters and what turns text; these it lets pass."""
HIDDEN = f"def square(a):\n    # The square of a.\n    return a * a  {COMMENT}\n"
UNRUN = (
    "def square(a):\n    # The square of a.\n    total = 0\n    for _ in range(abs(a)):\n        total += abs(a)\n"
    "    while total > 99:\n        total = total + 0\n        break\n    for last in [total]:\n        pass\n"
    "    for more in [1, 2]:\n        total += more - 1\n    return total - 1\n"
)
MODEL = ("shape.py::square", "--reviser", "model", "--algorithm", "best-of-n", "--calls", "1", "--seconds", "120")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    root = tmp_path / "work"
    root.mkdir()
    (root / "shape.py").write_text(MODULE)
    (root / "test_shape.py").write_text(TESTS)
    return root


async def reviewed(workspace: Path, *versions: str, flags: tuple[str, ...] = (), **variables: str):
    async with ScriptedServer(model(*versions)) as server:
        return await revise(workspace, *MODEL, "--base-url", server.url, *flags, **variables)


async def test_a_revision_with_nothing_to_check_says_nothing(workspace):
    code, report, _ = await reviewed(workspace, PLAIN)
    assert (code, report["status"]) == (0, "fixed")
    assert (report["powers"], report["unrun_lines"], report["hides_text"], report["notes"]) == ([], [], False, [])


async def test_a_power_that_no_test_ran_is_named_with_its_line(workspace):
    _, report, _ = await reviewed(workspace, BACKDOOR)
    assert report["status"] == "fixed"
    assert report["powers"] == [{"kind": "writes-files", "name": "os.makedirs", "line": 6, "ran": False}]
    assert "New powers: writes files (os.makedirs in line 6, not run by any test)." in report["notes"]
    assert "No test ran a part of line 6 of the revision." in report["notes"]


async def test_lines_that_no_test_ran_are_named(workspace):
    _, report, _ = await reviewed(workspace, UNRUN)
    assert (report["status"], report["unrun_lines"], report["powers"]) == ("fixed", [10, 11], [])
    assert "No test ran lines 10 to 11 of the revision." in report["notes"]


async def test_hidden_text_is_flagged_and_shown_but_the_edit_is_the_real_text(workspace):
    async with ScriptedServer(model(HIDDEN)) as server:
        code, out, err = await called(workspace, *MODEL, "--base-url", server.url, "--apply")
    assert code == 0
    assert "\u3164" not in out + err and "\ufe0f" not in out + err
    assert r"+    return a * a  # \u3164\ufe0f<180 blanks>other" in out
    note = re.search("Note: (The revision holds .*)", out)
    assert note is not None
    assert "U+3164 HANGUL FILLER in line 6" in note[1] and "U+FE0F VARIATION SELECTOR-16 in line 6" in note[1]
    assert "beyond a long run of blanks in line 6" in note[1]
    assert COMMENT in (workspace / "shape.py").read_text()


async def test_a_patch_keeps_the_real_text_and_the_cautions_go_to_stderr(workspace):
    async with ScriptedServer(model(HIDDEN)) as server:
        _, out, err = await called(workspace, *MODEL, "--base-url", server.url, "--diff")
    assert f"+    return a * a  {COMMENT}\n" in out
    assert "The revision holds text that is hidden" in err and "\u3164" not in err


async def test_the_settings_can_refuse_new_powers_and_the_next_best_is_proposed(workspace):
    flags = ("--powers", "refuse", "--algorithm", "hill-climbing", "--calls", "60")
    code, report, _ = await reviewed(workspace, BACKDOOR, PLAIN, flags=flags)
    assert (code, report["status"], report["powers"], report["alternatives"]) == (0, "fixed", [], [])
    assert "return a * a\n" in report["source"]
    code, report, _ = await reviewed(workspace, BACKDOOR, flags=flags)
    assert (code, report["status"]) == (1, "unchanged")
    (note,) = (note for note in report["notes"] if "refused" in note)
    assert "writes files (os.makedirs in line 6" in note and 'review.powers is "refuse"' in note
    assert 'review.allowed_powers = ["writes-files"]' in note


async def test_the_user_can_allow_a_kind_of_power(workspace, tmp_path):
    mine = tmp_path / "config" / "reloc_lsp" / "settings.toml"
    mine.parent.mkdir(parents=True)
    mine.write_text('[review]\npowers = "refuse"\nallowed_powers = ["writes-files"]\n')
    _, report, _ = await reviewed(workspace, BACKDOOR, XDG_CONFIG_HOME=str(tmp_path / "config"))
    assert report["status"] == "fixed" and [power["kind"] for power in report["powers"]] == ["writes-files"]


async def test_a_rewrite_says_nothing_either(workspace):
    (workspace / "test_shape.py").write_text("from shape import square\n\ndef test(): assert square(3) == -3\n")
    _, report, _ = await revise(workspace, "shape.py::square", "--reviser", "rewrites")
    assert (report["status"], report["powers"], report["unrun_lines"]) == ("fixed", [], [])
