"""`reloc-lsp reward lists` and `train-evidence`: weights from a git history and a search, used in a search."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from reloc_lsp.cli.main import main
from reloc_lsp.reward.training.ranking_lists import read

pytest.importorskip("git", reason="reads histories: pip install 'reloc-lsp[dev]'")
pytest.importorskip("scipy", reason="fits weights: pip install 'reloc-lsp[dev]'")

from git import Actor, Repo

Write = Callable[..., Path]
BOUNDS = """\
def bound_{n}(value, low, high):
    if value {wrong} low:
        return low
    if value > high:
        return high
    return value
"""
RANGES = BOUNDS.format(n=0, wrong="<=")
TESTS = """\
from ranges import bound_0

class Low(int):
    pass

def test_the_value_itself_is_returned():
    for low in (-2, 0, 3):
        value = Low(low)
        assert bound_0(value, low, 9) is value

def test_bounds():
    assert [bound_0(n, 0, 9) for n in (-1, 5, 10)] == [0, 5, 9]
"""


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """A repository with eight similar fixes, one that is no single rewrite, and one of a test."""
    folder = tmp_path / "bounds"
    author = Actor("A", "a@example.org")
    with Repo.init(folder) as repository:

        def commit(name: str, text: str, message: str) -> None:
            (folder / name).write_text(text)
            repository.index.add([name])
            repository.index.commit(message, author=author, committer=author)

        for number in range(8):
            commit(f"m{number}.py", BOUNDS.format(n=number, wrong="<="), "more")
            commit(f"m{number}.py", BOUNDS.format(n=number, wrong="<"), "Fix the lower bound")
        commit("other.py", BOUNDS.format(n=9, wrong="<"), "more")
        commit(
            "other.py",
            BOUNDS.format(n=9, wrong="<").replace("return low", "raise LowError(value, low, high)"),
            "Fix it",
        )
        commit("test_it.py", "def test():\n    assert 1 < 1\n", "more")
        commit("test_it.py", "def test():\n    assert 1 <= 1\n", "Fix the test")
    return folder


def test_weights_fitted_to_a_history_order_a_search(
    write: Write, history: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lists, weights = tmp_path / "lists.jsonl", tmp_path / "evidence.json"
    assert main(["reward", "lists", "--history", str(history), "--out", str(lists)]) == 0
    found = list(read(lists))
    assert len(found) == 8 and {one.repository for one in found} == {"bounds"}
    for one in found:
        (right,) = (row for row in one.rows if row.right)
        assert right.features["gone=<= come=<"] == 1.0 and one.among > 50
    assert main(["reward", "train-evidence", str(lists), "--out", str(weights)]) == 0
    fitted = json.loads(weights.read_text())
    assert fitted["card"]["lists"] == {"history": 8} and fitted["card"]["repositories"] == {"bounds": 8}
    assert fitted["weights"]["gone=<= come=<"] > 0.5

    settings = f'[tool.reloc.reward]\nevidence = "{weights.as_posix()}"\n'
    root = write({"ranges.py": RANGES, "test_ranges.py": TESTS, "pyproject.toml": settings}, "searched")
    trace = root / "search.jsonl"
    capsys.readouterr()
    assert main(["revise", f"{root}/ranges.py::bound_0", "--trace", str(trace), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    # In the initial order, this rewrite is not the first.
    assert report["cost"]["first_fix"] == 1 and "+    if value < low:" in report["diff"]

    assert main(["reward", "lists", "--traces", str(trace), "--out", str(lists)]) == 0
    (one,) = read(lists)
    assert (one.source, one.repository, one.qualname) == ("trace", "searched", "bound_0")
    assert any(row.right and row.features["family=comparison"] for row in one.rows)

    more = tmp_path / "more.json"
    assert main(["reward", "train-evidence", str(lists), "--from", str(weights), "--out", str(more)]) == 0
    adapted = json.loads(more.read_text())
    assert adapted["card"]["lists"] == {"trace": 1} and adapted["card"]["from"]["lists"] == {"history": 8}
    assert adapted["weights"]["gone=<= come=<"] >= fitted["weights"]["gone=<= come=<"] > 0.5
    assert main(["reward", "train-evidence", str(lists), "--from", "off", "--out", str(more)]) == 2


def test_missing_weights_end_a_search_with_a_message(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    settings = '[tool.reloc.reward]\nevidence = "nowhere.json"\n'
    root = write({"ranges.py": RANGES, "test_ranges.py": TESTS, "pyproject.toml": settings})
    assert main(["revise", f"{root}/ranges.py::bound_0", "--json"]) == 2
    message = json.loads(capsys.readouterr().out)["message"]
    assert "nowhere.json cannot be read" in message and '"off"' in message
