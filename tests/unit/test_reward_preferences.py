"""From versions of functions to preferences: which pairs are made, dropped and held out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from reloc_lsp.reward.training.dataset_builder import CollectionOptions, collect_preferences
from reloc_lsp.reward.training.naturalness import Naturalness
from reloc_lsp.reward.training.pairwise_accuracy import pairwise_accuracies
from reloc_lsp.reward.training.preference_pairs import preferences
from reloc_lsp.reward.training.sources.commit_diff import single_function_change
from reloc_lsp.reward.training.sources.edit_kinds import kind_of_edit
from reloc_lsp.reward.training.sources.function_versions import Version, Versions, distances
from reloc_lsp.reward.training.sources.trace_reader import TraceSource

pytest.importorskip("sklearn", reason="fits the n-gram baseline: pip install 'reloc-lsp[dev]'")

RIGHT = "def f(x):\n    return x + 1\n"
WRONG = "def f(x):\n    return x - 1\n"
WORSE = "def f(x):\n    return y - 1\n"


@dataclass
class Known:
    """A source with given versions."""

    found: list[Versions]

    def versions(self) -> Iterator[Versions]:
        return iter(self.found)


def fix(before: str, after: str, repository: str = "one", name: str = "f") -> Versions:
    return Versions("history", repository, "m.py", name, "commit", 0, (Version(before, 1), Version(after, 0, 0)))


def renamed(repository: str, count: int) -> list[Versions]:
    """Fixes that are easy for an n-gram classifier: each replaces one name."""
    before = "def f{0}(x):\n    return wrong(x) + {0}\n"
    after = "def f{0}(x):\n    return right(x) + {0}\n"
    numbers = [100 * ord(repository) + number for number in range(count)]
    return [fix(before.format(n), after.format(n), repository, f"f{n}") for n in numbers]


def test_distances_count_the_revisions_to_a_correct_version() -> None:
    # 0 -> 1 -> 2, which is correct; 0 -> 3 -> 4; 5 is a draft without a path to a correct version.
    parents = {0: None, 1: 0, 2: 1, 3: 0, 4: 3, 5: None}
    assert distances(parents, [2]) == {2: 0, 1: 1, 0: 2, 3: 3, 4: 4}


def test_parents_siblings_and_any_two_versions_are_compared() -> None:
    versions = (
        Version("def f():\n    return 1\n", 2),
        Version("def f():\n    return 2\n", 1, 0),
        Version("def f():\n    return 3\n", 3, 0),
        Version("def f():\n    return 4\n", 0, 1),
    )
    found = preferences(Versions("trace", "r", "m.py", "f", "t", 0, versions), 32, 0)
    relations = {(p.better[-2], p.worse[-2]): p.relation for p in found}
    assert relations[("2", "1")] == relations[("4", "2")] == relations[("1", "3")] == "parent"
    assert relations[("2", "3")] == "sibling" and relations[("4", "3")] == "neighbourhood"
    assert all(p.better_distance < p.worse_distance and p.origin == versions[0].source for p in found)
    assert preferences(Versions("trace", "r", "m.py", "f", "t", 0, versions), 2, 0) == found[:2]


def test_a_trace_gives_the_versions_of_searches_that_found_a_fix() -> None:
    def node(number: int, parent: int | None, passed: int, value: str) -> dict[str, object]:
        source = f"    def f(x):\n        return {value}\n"
        record = {"node": number, "parent": parent, "origin": "constant", "source": source}
        return {**record, "passed": passed, "total": 2}

    start = {"trace": 1, "file": "m.py", "qualname": "C.f", "source": "    def f(x):\n        return 0\n"}
    found = [start, node(1, 0, 1, "1"), {"best": 1}, node(2, 1, 2, "2"), node(3, 0, 0, "x"), {"end": "settled"}]
    without_fix = [start, node(1, 0, 1, "1")]
    (versions,) = TraceSource([*without_fix, *found], "project", "t.jsonl").versions()
    assert [v.distance for v in versions.versions] == [2, 1, 0, 3]
    assert versions.versions[0].source == "def f(x):\n    return 0\n" and versions.qualname == "C.f"


def test_sources_that_do_not_parse_and_equal_programs_make_no_preference() -> None:
    versions = (Version(WRONG, 2), Version("def f(x:\n", 1, 0), Version(RIGHT, 0, 0), Version(RIGHT + "    # \n", 1, 0))
    found = preferences(Versions("trace", "r", "m.py", "f", "t", 0, versions), 32, 0)
    assert {(p.better, p.worse) for p in found} <= {(RIGHT, WRONG), (versions[3].source, WRONG)}


def test_each_preference_is_kept_once_and_contradicted_ones_are_dropped() -> None:
    spaced = WRONG.replace("x - 1", "x  -  1")
    once = collect_preferences([Known([fix(WRONG, RIGHT), fix(spaced, RIGHT, "two")])], CollectionOptions())
    assert [p.better for p in once] == [RIGHT]
    reverted = collect_preferences(
        [Known([fix(WRONG, RIGHT), fix(RIGHT, spaced, "two"), fix(WORSE, WRONG)])], CollectionOptions()
    )
    assert [(p.better, p.worse) for p in reverted] == [(WRONG, WORSE)]


def test_whole_repositories_are_held_out_and_the_same_seed_gives_the_same_data() -> None:
    found = [versions for name in "rstuvw" for versions in renamed(name, 6)]
    data = collect_preferences([Known(found)], CollectionOptions(test_share=0.3))
    held_out = {p.repository for p in data if p.split == "test"}
    assert held_out and held_out.isdisjoint({p.repository for p in data if p.split == "train"})
    assert 0.3 <= sum(p.split == "test" for p in data) / len(data) < 0.5
    assert collect_preferences([Known(found[::-1])], CollectionOptions(test_share=0.3)) == data
    assert {p.split for p in collect_preferences([Known(renamed("r", 6))], CollectionOptions())} == {"train"}


def test_pairs_that_an_n_gram_classifier_solves_in_other_repositories_are_marked() -> None:
    easy = [versions for name in "rstuvw" for versions in renamed(name, 8)]
    odd = fix("def g(a):\n    return a.size\n", "def g(a):\n    return a.length\n", "r")
    data = collect_preferences([Known([*easy, odd])], CollectionOptions())
    solved = {p.qualname: p.ngrams_solve for p in data}
    assert not solved.pop("f") and all(solved.values())


def test_length_is_no_information_in_balanced_data() -> None:
    longer = fix(WRONG, "def f(x):\n    if x is None:\n        return None\n    return x - 1\n")
    data = collect_preferences([Known([longer, fix(WRONG, RIGHT)])], CollectionOptions(balanced=True))
    assert [p.better for p in data] == [RIGHT]
    negated = [fix(f"def f():\n    return {name}\n", f"def f():\n    return -{name}\n") for name in "abcde"]
    shortened = [fix(f"def f():\n    return not {name}\n", f"def f():\n    return {name}\n") for name in "xyz"]
    data = collect_preferences([Known([*negated, *shortened])], CollectionOptions(balanced=True))
    assert sorted(p.longer_by for p in data) == [-1, -1, -1, 1, 1, 1]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("return a", "return b", "name"),
        ("return 1", "return 'x'", "constant"),
        ("return a < b", "return a <= b", "operator"),
        ("return a", "return a.strip()", "insertion"),
        ("return not a", "return a", "deletion"),
        ("return f(a)", "return [x for x in a]", "several places"),
        ("return f(a)", "return a[0]", "several places"),
        ("return a", "return None", "expression"),
        ("return a", "return  a  # same", "layout"),
    ],
)
def test_kinds_of_edits(before: str, after: str, kind: str) -> None:
    assert kind_of_edit(before, after) == kind


FILE = """\
import os

class C:
    @property
    def size(self):
        "Doc."
        return self.a

    def other(self):
        return 1 - 1
"""


def test_a_change_of_a_single_function_is_found_even_if_comments_change_too() -> None:
    change = single_function_change(
        FILE, FILE.replace("self.a", "self.b").replace("import os", "import os  # for later")
    )
    assert change is not None and change.qualname == "C.size"
    assert change.before.startswith("@property\ndef size(self):\n") and change.after.endswith("    return self.b\n")


@pytest.mark.parametrize(
    "after",
    [
        FILE.replace("self.a", "self.b").replace("1 - 1", "1 - 2"),
        FILE.replace("self.a", "self.b").replace("import os", "import sys"),
        FILE.replace("self.a", "self.b").replace("def other", "def another"),
        FILE.replace("Doc.", "Documentation."),
        FILE.replace("self.a", "self."),
        FILE.replace("self.a", "\n        ".join(["self.b", *(f"self.a += {n}" for n in range(40))])),
        FILE,
    ],
)
def test_other_changes_are_no_change_of_a_single_function(after: str) -> None:
    assert single_function_change(FILE, after) is None


def test_usual_code_is_more_natural() -> None:
    model = Naturalness(["def f(x):\n    if x is not None:\n        return x\n"] * 5)
    assert model.score("if x is not None:\n    return x\n") > model.score("if x is not x:\n    return None\n")


def test_baselines_are_evaluated_together_with_a_model() -> None:
    data = collect_preferences(
        [Known([v for name in "rstuvw" for v in renamed(name, 8)])], CollectionOptions(test_share=0.3)
    )
    rows = pairwise_accuracies(data, lambda texts: [float("right" in text) for text in texts])
    assert [row.group for row in rows] == ["all", "gap: 1", "kind: name", "source: history"]
    assert (rows[0].model, rows[0].coin, rows[0].smaller_edit, rows[0].ngrams) == (1.0, 0.5, 0.5, 1.0)
    assert rows[0].pairs == sum(p.split == "test" for p in data)
    assert pairwise_accuracies(data, None)[0].model is None
