"""Patch minimisation: the smallest edit that keeps the verdict."""

import pytest
from search_world import task, verdict

from reloc_lsp.program.text_edit import apply_edits
from reloc_lsp.search.candidate import Candidate
from reloc_lsp.search.patches.patch_minimization import MAX_HUNKS, hunks, minimize_patch

INITIAL_WEIGHTS = "def f(a, b):\n    x = a - 1  # one\n    y = b * 2\n    return x - y\n"


class Needs:
    """An evaluator: all tests pass if each of the texts is in the source."""

    def __init__(self, *texts):
        self.texts, self.evaluated = texts, []

    async def evaluate(self, candidates, must_exceed):
        self.evaluated += [c.source for c in candidates]
        return [verdict(4 if all(text in c.source for text in self.texts) else 2) for c in candidates]


async def minimized(evaluator, after):
    candidate, new_verdict = await minimize_patch(
        task(INITIAL_WEIGHTS), Candidate(after, "", ""), verdict(4), evaluator
    )
    assert new_verdict.all_passed
    return candidate.source


async def test_hunks_that_are_not_needed_are_removed():
    after = INITIAL_WEIGHTS.replace("a - 1", "a + 1").replace("b * 2", "b * 3").replace("x - y", "x + y")
    assert await minimized(Needs("b * 3"), after) == INITIAL_WEIGHTS.replace("b * 2", "b * 3")


async def test_hunks_that_are_needed_together_stay():
    after = INITIAL_WEIGHTS.replace("a - 1", "a + 1").replace("b * 2", "b * 3").replace("x - y", "x + y")
    wanted = INITIAL_WEIGHTS.replace("a - 1", "a + 1").replace("x - y", "x + y")
    assert await minimized(Needs("a + 1", "x + y"), after) == wanted


async def test_a_single_hunk_costs_no_evaluation():
    evaluator = Needs("b * 3")
    assert await minimized(evaluator, INITIAL_WEIGHTS.replace("b * 2", "b * 3")) == INITIAL_WEIGHTS.replace(
        "b * 2", "b * 3"
    )
    assert evaluator.evaluated == []


async def test_sources_that_do_not_parse_are_not_evaluated():
    after = INITIAL_WEIGHTS.replace("x - y", "max(x, y)").replace("b * 2", "b * 3")
    evaluator = Needs("max(x, y)")
    assert await minimized(evaluator, after) == INITIAL_WEIGHTS.replace("x - y", "max(x, y)")
    for source in evaluator.evaluated:
        compile(source, "evaluated", "exec")


async def test_a_rewritten_unit_is_not_minimized():
    before = "def f(a):\n" + "".join(f"    a{n} = a\n" for n in range(MAX_HUNKS + 1))
    after = before.replace("= a\n", "= -a\n")
    assert len(hunks(before, after)) > MAX_HUNKS
    evaluator = Needs("-a")
    assert (await minimize_patch(task(before), Candidate(after, "", ""), verdict(4), evaluator))[0].source == after
    assert evaluator.evaluated == []


@pytest.mark.parametrize("after", [INITIAL_WEIGHTS, "", INITIAL_WEIGHTS.replace("\n", "\r\n"), "def g(): pass\n"])
def test_hunks_lead_from_one_version_to_the_other(after):
    assert apply_edits(INITIAL_WEIGHTS, hunks(INITIAL_WEIGHTS, after)) == after
