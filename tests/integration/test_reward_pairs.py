"""`reloc-lsp reward pairs` on the trace of a real search, a git repository and a workspace."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from reloc_lsp.cli.main import main
from reloc_lsp.program.differences.distance import code_tokens

WHY = "reads Parquet files: pip install 'reloc-lsp[dev]'"
pytest.importorskip("pyarrow", reason=WHY)
pytest.importorskip("git", reason=WHY)
pytest.importorskip("sklearn", reason="fits the n-gram baseline: pip install 'reloc-lsp[dev]'")

from git import Actor, Repo  # noqa: E402

from reloc_lsp.reward.training.dataset import read  # noqa: E402
from reloc_lsp.reward.training.preference import Preference  # noqa: E402

Write = Callable[..., Path]

RANGES = """\
def clamp(value, low, high):
    if value < low:
        return low
    if value > high:
        return high
    return value


def broken(value):
    more = value + 2
    return more


def unreached(value):
    return value
"""
TESTS = """\
from ranges import broken, clamp

def test_clamp():
    assert [clamp(n, 0, 10) for n in (-5, 0, 5, 10, 15)] == [0, 0, 5, 10, 10]

def test_bounds():
    assert clamp(3, 3, 3) == 3

def test_broken():
    assert broken(1) == 2
"""


def pairs(out: Path, *arguments: object) -> list[Preference]:
    assert main(["reward", "pairs", "--out", str(out), *map(str, arguments)]) == 0
    return read(out)


def test_rewrites_of_a_correct_function_are_evaluated_by_its_tests(write: Write, tmp_path: Path) -> None:
    root = write({"ranges.py": RANGES, "test_ranges.py": TESTS, "pyproject.toml": ""})
    found = pairs(tmp_path / "one.parquet", "--workspaces", root)
    # `broken` fails a test already, and no test covers `unreached`.
    assert {p.qualname for p in found} == {"clamp"} and {p.source for p in found} == {"chain"}
    assert {p.gap for p in found} >= {1, 2} and max(p.worse_distance for p in found) > 2
    namespaces: list[tuple[Preference, dict[str, object]]] = []
    for preference in found:
        for source, distance in ((preference.better, preference.better_distance), (preference.worse, 9)):
            if distance == 0:
                assert source == RANGES[: RANGES.index("\n\n\ndef broken")] + "\n"
            else:
                # Each of them failed a test, so none is correct.
                namespace: dict[str, object] = {"__name__": "ranges"}
                exec(compile(source, "ranges.py", "exec"), namespace)
                namespaces.append((preference, namespace))
    for _, namespace in namespaces:
        assert not _right(namespace["clamp"])
    assert len({p.made_by for p in found}) > 4
    pairs(tmp_path / "two.parquet", "--workspaces", root)
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()


def _right(clamp: object) -> bool:
    cases = [(-5, 0, 10, 0), (0, 0, 10, 0), (5, 0, 10, 5), (10, 0, 10, 10), (15, 0, 10, 10), (3, 3, 3, 3)]
    try:
        return all(clamp(*case) == wanted for *case, wanted in cases)  # type: ignore[operator]
    except Exception:
        return False


def test_pairs_from_the_trace_of_a_search(write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = RANGES.replace("value > high", "value < high")
    root = write({"ranges.py": wrong, "test_ranges.py": TESTS, "pyproject.toml": ""}, "searched")
    trace = root / "search.jsonl"
    assert main(["revise", f"{root}/ranges.py::clamp", "--trace", str(trace), "--json"]) == 0
    found = pairs(tmp_path / "traced.parquet", "--traces", trace)
    assert {p.repository for p in found} == {"searched"} and {p.reference for p in found} == {"search.jsonl"}
    assert {p.relation for p in found} >= {"parent", "sibling"}
    right = [p for p in found if p.better_distance == 0]
    assert right and all(_right(_made(p.better)) for p in right)
    assert "preferences" in capsys.readouterr().out


def _made(source: str) -> object:
    namespace: dict[str, object] = {}
    exec(compile(source, "ranges.py", "exec"), namespace)
    return namespace["clamp"]


def test_pairs_from_the_fixes_in_histories(write: Write, tmp_path: Path) -> None:
    person = Actor("A", "a@example.org")
    right, wrong = RANGES, RANGES.replace("value > high", "value >= low")

    def repository(name: str, changes: list[tuple[str, str]]) -> Path:
        root = tmp_path / name
        repo = Repo.init(root)
        for text, message in changes:
            (root / "ranges.py").write_text(text)
            repo.index.add(["ranges.py"])
            repo.index.commit(message, author=person, committer=person)
        repo.close()
        return root

    fixed = [
        (wrong, "First version"),
        (wrong.replace("value + 2", "value + 1").replace("return low", "return low + 0"), "Fix two functions"),
        (wrong.replace("value + 2", "value + 3"), "Fix both again"),
        (right.replace("value + 2", "value + 3"), "Fix #12: high values were not held"),
        (right, "Refactor broken"),
    ]
    one = repository("one", fixed)
    two = repository("two", [(right, "First version"), (right.replace("+ 2", "+ 1"), "broken gave wrong values")])
    found = pairs(tmp_path / "history.parquet", "--history", one, two / ".git", "--balanced", "--test-share", "0.5")
    assert {(p.repository, p.qualname) for p in found} == {("one", "clamp"), ("two", "broken")}
    assert {p.split for p in found} == {"train", "test"}
    (clamp,) = (p for p in found if p.qualname == "clamp")
    assert "value > high" in clamp.better and "value >= low" in clamp.worse
    assert re.fullmatch("[0-9a-f]{40}", clamp.reference) and clamp.kind == "expression"
    assert all(abs(len(code_tokens(p.better)) - len(code_tokens(p.worse))) <= 2 for p in found)


def test_unreadable_sources_get_a_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "x.parquet")
    for arguments, message in (
        (["--history", str(tmp_path)], "is no git repository"),
        (["--history", str(tmp_path / "none")], "There is no folder"),
        (["--traces", str(tmp_path / "none")], "cannot be read"),
        (["--workspaces", str(tmp_path)], "has no test file"),
        ([], "No source is named"),
    ):
        assert main(["reward", "pairs", "--out", out, *arguments]) == 2
        assert message in capsys.readouterr().err
    (tmp_path / "x.parquet").write_text("not Parquet")
    assert main(["reward", "eval", out]) == 2
    assert "cannot be read as Parquet" in capsys.readouterr().err
