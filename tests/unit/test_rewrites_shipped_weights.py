"""Renamed code must not change what the shipped weights say: the names of features and operators are part of them."""

from __future__ import annotations

import ast

import pytest

from reloc_lsp.reward.linear_reward import load_linear_reward
from reloc_lsp.rewrites.neighborhood import RewriteNeighborhood
from reloc_lsp.rewrites.source.module_context import ModuleContext
from reloc_lsp.search.candidate import Candidate, FaultEvidence, Node, Task
from reloc_lsp.search.verdict import Failure, Outcome, TestResult, Verdict

UNIT = '''\
def clamp(value, low, high):
    """Return value, or the nearer of the two bounds."""
    if value < low:
        return low
    if value < high:
        return high
    return value
'''
FILE = UNIT + "\n\ndef inside(value, low, high):\n    return low <= value and value <= high\n"
TYPES = {name: frozenset({"int"}) for name in ("value", "low", "high")}
EXPECTED = {
    0: ("comparison", "`<` becomes `>=`", -0.088344, -0.036854),
    1: ("deletion", "without `return high`", -0.092805, -0.041315),
    2: ("variable", "`high` becomes `low`", -0.1209, -0.069411),
    3: ("deletion", "without `if value < high: return high`", -0.130844, 0.013805),
    8: ("exchange", "`value` and `high` change places", -0.681056, -0.629566),
    16: ("wrapping", "`value` becomes `abs(value)`", -1.23955, -1.188061),
    30: ("branch", "`if` becomes `while`", -1.92171, -1.400752),
    39: ("off by one", "`value` becomes `value - 1`", -2.171737, -1.126815),
}
"""By position in the neighbourhood: operator, description, prior score and plausibility under the shipped weights."""


async def test_the_shipped_weights_give_the_same_numbers() -> None:
    scorer = load_linear_reward("shipped")
    assert scorer is not None
    results = {"test_m.py::test": TestResult(Outcome.FAILED, failure=Failure("AssertionError"))}
    suspicion = {3: 0.5, 5: 1.0, 6: 1.0}
    task = Task("m.py", "clamp", FILE, 0, len(UNIT), 1, Verdict(results), FaultEvidence(suspicion, TYPES))
    neighborhood = RewriteNeighborhood(task, ModuleContext(ast.parse(FILE), "clamp", TYPES), None, 0, scorer)
    start = Node(0, Candidate(UNIT, "unchanged", ""), task.verdict, ())
    found = await neighborhood.expand([start], max(EXPECTED) + 1)
    for position, (operator, description, prior_score, plausibility) in EXPECTED.items():
        candidate = found[position]
        assert (candidate.origin, candidate.description) == (operator, description)
        assert scorer.prior_score(candidate.features) == pytest.approx(prior_score, abs=1e-6)
        assert candidate.prior == pytest.approx(plausibility, abs=1e-6)
