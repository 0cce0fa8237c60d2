"""The tiers agree on published packages with their own tests: a short form of `tests/benchmarks/agreement.py`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))

from agreement import Plan, evaluate_package
from agreement_tally import COLD, FRESH, WARM, Tally, remarks
from suites import SUITES, UnreachableError, environment, sources

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="CPU time is read from /proc")
CHOSEN = [SUITES["cachetools"]]
PLAN = Plan(changes=6, cold=1, per_function=6)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """The folder with the packages' trees, and the interpreter of an environment for their tests and for mutmut."""
    work = tmp_path_factory.mktemp("suites")
    try:
        python = environment(CHOSEN, work, "mutmut>=3,<4")
    except UnreachableError as error:
        pytest.skip(f"published packages cannot be downloaded here: {error}")
    return work, python


@pytest.mark.parametrize("suite", CHOSEN, ids=lambda suite: suite.name)
async def test_the_tiers_agree(suite, prepared):
    work, python = prepared
    tally = Tally()
    await evaluate_package(suite, python, python, sources(suite, work), PLAN, tally)
    assert tally.changes == PLAN.changes, remarks(suite.name, suite.features, tally)
    assert min(tally.compared[tier] for tier in (WARM, FRESH, COLD)) > 0
    assert not tally.serious, remarks(suite.name, suite.features, tally)
