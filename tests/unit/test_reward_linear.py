"""The evidence reward: features are extracted, weighted and fitted. No test is run here."""

from __future__ import annotations

import ast
import json
import math
import random
from dataclasses import replace
from pathlib import Path

import pytest

from reloc_lsp.cli.main import main
from reloc_lsp.reward.errors import RewardError
from reloc_lsp.reward.linear_reward import FEEDBACK_WEIGHTS, INITIAL_WEIGHTS, LinearReward, as_json, load_linear_reward
from reloc_lsp.reward.sum_reward import sum_of
from reloc_lsp.reward.training.ranking_lists import (
    MAX_WRONG,
    RankingItem,
    RankingList,
    lists_of_trace,
    read,
    sample_wrong,
    write,
)
from reloc_lsp.rewrites.neighborhood import RewriteNeighborhood
from reloc_lsp.rewrites.operators.expressions.operator_replacement import replace_comparison
from reloc_lsp.rewrites.ranking.features import FeatureExtractor, Features
from reloc_lsp.rewrites.ranking.ranked_rewrite import RankedRewrite
from reloc_lsp.rewrites.ranking.task_context import TaskContext
from reloc_lsp.rewrites.source.module_context import ModuleContext
from reloc_lsp.rewrites.unit_context import UnitContext
from reloc_lsp.search.candidate import Candidate, FaultEvidence, Node, Task
from reloc_lsp.search.interfaces.protocols import RANK_FEATURES
from reloc_lsp.search.verdict import Failure, Outcome, TestResult, Verdict

UNIT = "def f(a, b):\n    if a < b:\n        a = a - 1\n    return a * b\n"
FILE = UNIT + "\n\ndef g(a, b):\n    return a <= b\n"


def features(
    raised: dict[str, str] | None = None, errors: tuple[str, ...] = ("AssertionError",)
) -> dict[str, Features]:
    """The features of each rewrite of the unit's comparison, by the new operator."""
    ctx = UnitContext(UNIT, ModuleContext(ast.parse(FILE), "f", {}, (), raised or {}))
    rewrites = [RankedRewrite(rewrite, 0.5, 0.8, 2.5) for rewrite in replace_comparison(ctx)]
    extractor = FeatureExtractor(ctx, TaskContext(FILE, errors), rewrites)
    return {new_operator(found): found for found in map(extractor.features, rewrites)}


def new_operator(found: Features) -> str:
    return next(name.removeprefix("come=") for name in found if name.startswith("come="))


def test_features_describe_what_a_rewrite_does_and_where() -> None:
    found = features()["<="]
    assert found.keys() >= {
        "family=comparison",
        "in=If",
        "family=comparison in=If",
        "gone=< come=<=",
        "most suspicious",
    }
    assert found["family=comparison error=assertion"] == 1.0
    assert found["crowd of its family"] == found["crowd of its line"] > 0
    assert "raised here" not in found


def test_features_describe_similar_code_in_the_file() -> None:
    found = features()
    assert found["<="]["all triples seen"] == 1.0 and found["<="]["pairs seen"] > 0
    assert found[">="]["all words seen"] == 0.0 and found[">="]["pairs seen"] == 0.0
    assert found["<="]["gone pairs seen elsewhere"] == 0.0


def test_features_describe_where_failing_tests_got_their_exception() -> None:
    found = features({"if a < b:": "TypeError"}, ("TypeError", "builtins.KeyError"))["<="]
    assert found["raised here"] == found["family=comparison raised here"] == 1.0
    assert found["family=comparison error=type"] == found["family=comparison error=lookup"] == 0.5


def failing_task() -> Task:
    results = {"test_m.py::test": TestResult(Outcome.FAILED, failure=Failure("AssertionError"))}
    return Task("m.py", "f", FILE, 0, len(UNIT), 1, Verdict(results), FaultEvidence({2: 0.9, 3: 0.9, 4: 0.9}))


async def first(scorer: LinearReward | None, count: int = 5) -> list[Candidate]:
    task = failing_task()
    hood = RewriteNeighborhood(task, ModuleContext(ast.parse(FILE), "f", {}), None, 0, scorer)
    return list(await hood.expand([Node(0, Candidate(UNIT, "unchanged", ""), task.verdict, ())], count))


async def test_the_reward_orders_the_neighbourhood() -> None:
    against = LinearReward({"preference": 1.0, "gone=< come=<=": -50.0})
    in_favour = LinearReward({"preference": 1.0, "gone=< come=<=": 50.0})
    assert "a <= b" in (await first(in_favour, 1))[0].source
    assert not any("a <= b" in candidate.source for candidate in await first(against, 50))
    assert (await first(in_favour, 1))[0].features["family=comparison"] == 1.0
    assert all(candidate.features == {} for candidate in await first(None))


async def test_without_it_the_order_is_that_of_the_initial_weights() -> None:
    own = [candidate.source for candidate in await first(None, 200)]
    without_ranks = LinearReward(INITIAL_WEIGHTS | dict.fromkeys(RANK_FEATURES, 0.0))
    assert len(own) == 200 and own == [candidate.source for candidate in await first(without_ranks, 200)]


async def test_similar_rewrites_take_turns_with_others() -> None:
    ranks = [found[name] for found in features().values() for name in RANK_FEATURES]
    assert sorted(ranks) == sorted(2 * [math.log(rank) for rank in range(1, len(features()) + 1)])
    own = {candidate.origin for candidate in await first(None, 12)}
    assert own < {candidate.origin for candidate in await first(LinearReward(INITIAL_WEIGHTS), 12)}


def test_a_higher_rank_does_not_make_a_revision_less_plausible() -> None:
    reward = LinearReward({"weight": 0.5})
    ahead, behind = ({"weight": 4.0, RANK_FEATURES[0]: rank} for rank in (0.0, 2.0))
    assert reward.prior_score(ahead) > reward.prior_score(behind) and reward.plausibility(ahead) == reward.plausibility(
        behind
    )


def test_run_time_values_do_not_make_a_revision_more_plausible() -> None:
    reward = LinearReward({"outlook": 3.0, "outlook=1": 2.0, "weight": 0.5})
    found = {"outlook": 1.0, "outlook=1": 1.0, "weight": 4.0, "unknown": 7.0}
    assert (reward.prior_score(found), reward.plausibility(found)) == (7.0, 2.0)


async def test_a_reward_is_between_0_and_1_for_any_weights() -> None:
    task = failing_task()
    candidates = [Candidate(UNIT, "x", "", features={"a": value}) for value in (-1e9, 0.0, 1e9)] + [
        Candidate(UNIT, "y", "")
    ]
    reward = LinearReward({"a": 1.0})
    low, middle, high, unknown = await reward.reward(task, candidates, [task.verdict] * 4, ())
    assert 0 <= low < middle < high <= 1 and unknown == 0
    both = sum_of(reward, None, reward)
    assert both and list(await both.reward(task, candidates[1:2], [task.verdict], ())) == [2 * middle]
    assert sum_of(None, None) is None and sum_of(None, reward) is reward


def test_the_shipped_weights_can_be_loaded_or_switched_off() -> None:
    shipped = load_linear_reward("shipped")
    assert shipped and len(shipped.weights) > 100 and shipped.weights["suspicion"] > 0
    assert load_linear_reward("off") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [(None, "cannot be read"), ("{", "no weights"), ('{"format": 9, "weights": {}}', "format 9"),
     ('{"format": 1, "weights": {"a": NaN}}', "no numbers")],
)  # fmt: skip
def test_weights_that_cannot_be_used_get_a_message(tmp_path: Path, text: str | None, message: str) -> None:
    if text is not None:
        (tmp_path / "w.json").write_text(text)
    with pytest.raises(RewardError, match=message) as error:
        load_linear_reward("w.json", tmp_path)
    assert "w.json" in str(error.value) and "train-evidence" in str(error.value)
    (tmp_path / "w.json").write_text(as_json({"a": 1.5}, {}))
    found = load_linear_reward("w.json", tmp_path)
    assert found and found.weights == {"a": 1.5}


# -- ranking lists


def choice(repository: str, seed: int, size: int = 40) -> RankingList:
    """A list whose right rewrite has the feature `good`, against the initial order."""
    rng = random.Random(f"{repository} {seed}")
    right = rng.randrange(size)
    rows = [
        RankingItem({"preference": -rng.random() * 3, "noise=1": float(rng.random() < 0.5), **(
            {"good=1": 1.0} if n == right or rng.random() < 0.05 else {})}, n == right)
        for n in range(size)
    ]  # fmt: skip
    return RankingList("planted", repository, "m.py", "f", str(seed), size, tuple(rows))


LISTS = [choice(repository, seed) for repository in ("one", "two", "three") for seed in range(20)]


def test_fitted_weights_help_in_other_repositories() -> None:
    pytest.importorskip("scipy", reason="fits weights: pip install 'reloc-lsp[dev]'")
    from reloc_lsp.reward.training.conditional_logit import fit, held_out_ranks, ranks

    weights = fit(LISTS)
    assert weights["good=1"] > 1.0 > abs(weights.get("noise=1", 0.0))
    before, after = ranks(LISTS, INITIAL_WEIGHTS), held_out_ranks(LISTS, 3)
    assert len(after) == len(LISTS) and sum(after) < 0.4 * sum(before)


def test_adapted_weights_move_but_not_far() -> None:
    pytest.importorskip("scipy", reason="fits weights: pip install 'reloc-lsp[dev]'")
    from reloc_lsp.reward.training.conditional_logit import adapt, ranks

    start = {"preference": 1.0, "noise=1": -2.0, "elsewhere=1": 3.0}
    weights = adapt(LISTS, start)
    assert weights["elsewhere=1"] == 3.0 and -2.0 < weights["noise=1"] < -0.5 and weights["good=1"] > 0.5
    assert sum(ranks(LISTS, weights)) < 0.6 * sum(ranks(LISTS, start))


def test_weights_of_feedback_start_from_their_defaults() -> None:
    pytest.importorskip("scipy", reason="fits weights: pip install 'reloc-lsp[dev]'")
    from reloc_lsp.reward.training.conditional_logit import adapt, fit

    def with_feedback(row: RankingItem) -> RankingItem:
        return replace(row, features={**row.features, "line moved": 0.0})

    lists = [replace(one, rows=tuple(map(with_feedback, one.rows))) for one in LISTS]
    assert fit(lists)["line moved"] == adapt(lists, {"preference": 1.0})["line moved"] == FEEDBACK_WEIGHTS["line moved"]


def test_a_rank_counts_the_rewrites_that_were_not_sampled(tmp_path: Path) -> None:
    from reloc_lsp.reward.training.conditional_logit import ranks

    rows = [RankingItem({"preference": float(-n)}, n == 450) for n in range(901)]
    one = RankingList("history", "r", "m.py", "f", "c", 901, sample_wrong(rows, 0))
    assert len(one.rows) == MAX_WRONG + 1 and one.scale == 3.0
    assert ranks([one], {"preference": 1.0})[0] == pytest.approx(450, rel=0.2)


def test_lists_can_be_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "lists.jsonl"
    assert write(path, LISTS[:3]) == 3
    back = list(read(path))
    assert [one.repository for one in back] == ["one"] * 3 and back[0].among == 40
    assert [row.right for row in back[0].rows] == [row.right for row in LISTS[0].rows]
    assert back[0].rows[0].features["preference"] == pytest.approx(LISTS[0].rows[0].features["preference"], abs=1e-4)


def test_a_trace_gives_the_rewrites_of_the_unchanged_unit() -> None:
    def node(number: int, parent: int, passed: int, **more: object) -> dict[str, object]:
        return {"node": number, "parent": parent, "passed": passed, "total": 2, **more}

    trace = [
        {"trace": 1, "file": "m.py", "qualname": "f"},
        node(1, 0, 1, clues={"a": 1.0}), node(2, 0, 2, clues={"b": 1.0}), node(3, 1, 2, clues={"c": 1.0}),
        node(4, 0, 0),
        {"trace": 1, "file": "m.py", "qualname": "g"}, node(1, 0, 1, clues={"a": 1.0}),
    ]  # fmt: skip
    (found,) = lists_of_trace(trace, "shop", "t.jsonl")
    assert (found.qualname, found.among, {name for row in found.rows for name in row.features}) == ("f", 2, {"a", "b"})
    assert [row.right for row in found.rows if "b" in row.features] == [True]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (["lists", "--out", "x"], "No source is named"),
        (["lists", "--history", "nowhere", "--out", "x"], "There is no folder"),
        (["train-evidence", "nowhere.jsonl", "--out", "x"], "reward lists"),
        (["train-evidence", "bad.jsonl", "--out", "x"], "line 1 cannot be read"),
    ],
)
def test_a_wrong_call_gets_a_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], call: list[str], message: str
) -> None:
    pytest.importorskip("git", reason="reads histories: pip install 'reloc-lsp[dev]'")
    pytest.importorskip("scipy", reason="fits weights: pip install 'reloc-lsp[dev]'")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.jsonl").write_text(json.dumps({"list": 1}) + "\n")
    assert main(["reward", *call]) == 2
    assert message in capsys.readouterr().err


def test_the_less_surrounding_code_the_less_the_learned_weights_count() -> None:
    reward = LinearReward({"preference": 1.0, "come=<=": 4.0})
    alone, module = (TaskContext(UNIT * times).share for times in (1, 200))
    assert 0 < alone < 0.2 and module > 0.9
    known = {"preference": -1.0, "come=<=": 1.0}
    assert reward.prior_score({**known, "surroundings": 0.0}) == -1.0
    assert reward.prior_score({**known, "surroundings": 1.0}) == reward.prior_score(known) == 3.0
    assert features()["<="]["surroundings"] == TaskContext(FILE).share
