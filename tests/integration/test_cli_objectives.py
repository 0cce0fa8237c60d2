"""Objectives other than `fix` from the command line: the real evaluator, and a model server with real sockets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from scripted_server import Answer, Scene, ScriptedServer, Wire
from test_cli_model import block, called

MODULE = '''\
def grade(points):
    """How good they are."""
    if len(points) == 0:
        return "none"
    else:
        best = []
        for point in points:
            if point > 5:
                best.append(point)
        # All of them count.
        return sum(best)


def plain(a):
    return a + 1


def common(xs, ys):
    found = []
    for x in xs:
        if x in ys:
            found.append(x)
    return found


def wrong(a):
    if a:
        return True
    return False


def safe(a, b):
    if b == 0:
        return None
    result = a / b
    return result
'''
TESTS = """\
from m import common, grade, plain, safe, wrong

def test_grade(): assert grade([]) == "none" and grade([4, 6, 7]) == 13
def test_plain(): assert plain(1) == 2
def test_common(): assert common(list(range(2000)), list(range(2000, 4000)) + [5]) == [5]
def test_wrong(): assert wrong(1) is True
def test_wronger(): assert wrong([0]) is False
def test_safe(): assert safe(6, 3) == 2
"""
SIMPLER = '''\
def grade(points):
    """How good they are."""
    if not points:
        return "none"
    best = [point for point in points if point > 5]
    # All of them count.
    return sum(best)
'''


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "m.py").write_text(MODULE)
    (tmp_path / "test_m.py").write_text(TESTS)
    return tmp_path


async def improve(workspace: Path, name: str, *flags: str) -> tuple[int, dict[str, Any]]:
    """Exit status and the JSON object of `reloc-lsp revise` with the tests of one function."""
    test = f"test_m.py::test_{name}"
    code, out, _ = await called(workspace, f"m.py::{name}", "--tests", test, "--json", *flags)
    return code, json.loads(out)


async def test_a_function_is_simplified_and_its_comment_stays(workspace: Path):
    code, report = await improve(workspace, "grade", "--objective", "simplify")
    assert (code, report["status"], report["verified"], report["objective"]) == (0, "improved", True, "simplify")
    assert report["source"] == MODULE.replace(MODULE[: MODULE.index("\n\ndef plain")], SIMPLER)
    before, after = report["measure"]["before"], report["measure"]["after"]
    assert after < before and report["measure"]["low"] == report["measure"]["high"] == after
    assert report["message"] == f"grade: {before} -> {after} syntax nodes; 1 of 1 tests pass."
    assert report["before"] == report["after"] == {"passed": 1, "total": 1} and report["alternatives"]
    assert any("inputs that no test tries it does the same as before" in sentence for sentence in report["why"])
    assert (workspace / "m.py").read_text() == MODULE


async def test_simple_code_is_not_changed(workspace: Path):
    code, report = await improve(workspace, "plain", "--objective", "simplify")
    assert (code, report["status"], report["diff"], report["measure"]) == (1, "unchanged", "", None)
    assert report["message"].startswith("plain: nothing simpler was found")


async def test_the_tests_must_pass_first(workspace: Path):
    code, out, err = await called(workspace, "m.py::wrong", "--objective", "simplify")
    assert (code, out) == (3, "") and "1 of 2 tests pass that reach wrong, and all of them must" in err
    assert "test_wronger" in err


async def test_an_optimization_needs_the_name_of_a_function(workspace: Path):
    code, _, err = await called(workspace, "m.py", "--objective", "speed-up")
    assert code == 2 and "Name the function to speed up" in err


async def test_a_slow_function_is_sped_up_by_the_time_of_its_tests(workspace: Path):
    code, report = await improve(workspace, "common", "--objective", "speed-up")
    assert (code, report["status"], report["verified"]) == (0, "improved", True), report
    assert "ys_set = set(ys)\n" in report["source"]
    measure = report["measure"]
    assert measure["unit"] == "CPU seconds" and measure["low"] <= measure["after"] <= measure["high"]
    assert measure["high"] < measure["before"] / 2, "2,000 times 2,000 comparisons"
    assert "times as fast in its tests (95 %: " in report["message"]


def directed(*versions: str) -> Scene:
    """Gives a direction for each version when asked for directions, and else the version of its turn."""
    turns = iter(versions * 20)

    async def scene(wire: Wire) -> None:
        asked = wire.request.body["messages"][-1]["content"]
        listed = "\n".join(f"{n}. Way {n}." for n in range(1, 4))
        await Answer(texts=(f"So.\n{listed}" if "numbered list" in asked else block(next(turns)),))(wire)

    return scene


async def test_a_model_follows_an_instruction_and_its_versions_are_alternatives(workspace: Path):
    versions = [f"def plain(a):\n    {line}\n" for line in ("return 1 + a", "return sum((a, 1))", "return a + 2")]
    async with ScriptedServer(directed(*versions)) as server:
        code, report = await improve(
            workspace, "plain", "--instruction", "Add in another way.", "--base-url", server.url
        )
        prompts = [request.body["messages"] for request in server.requests]
    assert (code, report["status"], report["objective"], report["measure"]) == (0, "improved", "instruct", None)
    assert report["message"] == "plain: revised as was asked; 1 of 1 tests pass."
    made = [report["source"], *(other["source"] for other in report["alternatives"])]
    # Which of the answers comes first is not for the model to say.
    assert [sum(line in source for source in made) for line in ("return 1 + a", "return sum((a, 1))")] == [1, 1]
    assert len(made) == 2, "a + 2 fails"
    assert all("Add in another way." in messages[-1]["content"] for messages in prompts)
    assert not any("is wrong" in message["content"] for messages in prompts for message in messages)


async def test_a_model_may_not_remove_code_that_no_test_covers(workspace: Path):
    shorter = "def safe(a, b):\n    return a / b\n"
    kept = "def safe(a, b):\n    if b == 0:\n        return None\n    return a / b\n"
    async with ScriptedServer(directed(shorter, kept)) as server:
        flags = ("--objective", "simplify", "--reviser", "model", "--calls", "4", "--base-url", server.url)
        _, report = await improve(workspace, "safe", *flags)
    assert report["status"] == "improved" and kept in report["source"] and report["alternatives"] == []


async def test_a_version_that_behaves_differently_on_untested_inputs_is_not_proposed(workspace: Path):
    shorter = "def grade(points):\n    return sum(p for p in points if p > 4) or 'none'\n"
    async with ScriptedServer(directed(shorter)) as server:
        flags = ("--objective", "simplify", "--reviser", "model", "--calls", "4", "--base-url", server.url)
        code, report = await improve(workspace, "grade", *flags)
    assert (code, report["status"], report["diff"]) == (1, "unchanged", "")
    (note,) = [
        note for note in report["notes"] if note.startswith("A version that passes the tests was rejected: grade(")
    ]
    assert "before the change" in note


async def test_an_instruction_needs_a_model(workspace: Path):
    code, report = await improve(workspace, "plain", "--instruction", "Be nice.")
    assert (code, report["status"]) == (2, "error") and "Only a model can follow an instruction" in report["message"]
