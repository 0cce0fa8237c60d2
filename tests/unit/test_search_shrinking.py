"""The smallest edit that keeps the verdict."""

import pytest
from search_world import task, verdict

from reloc_lsp.program.text_edit import apply_edits
from reloc_lsp.search.candidate import Candidate
from reloc_lsp.search.patches.patch_minimization import MOST_HUNKS, hunks, shrunk

BEFORE = "def f(a, b):\n    x = a - 1  # one\n    y = b * 2\n    return x - y\n"


class Needs:
    """An evaluator: all tests pass where every one of the texts is in the source."""

    def __init__(self, *texts):
        self.texts, self.judged = texts, []

    async def evaluate(self, candidates, to_beat):
        self.judged += [c.source for c in candidates]
        return [verdict(4 if all(text in c.source for text in self.texts) else 2) for c in candidates]


async def small(evaluator, after):
    candidate, judged = await shrunk(task(BEFORE), Candidate(after, "", ""), verdict(4), evaluator)
    assert judged.green
    return candidate.source


async def test_needless_hunks_are_dropped():
    after = BEFORE.replace("a - 1", "a + 1").replace("b * 2", "b * 3").replace("x - y", "x + y")
    assert await small(Needs("b * 3"), after) == BEFORE.replace("b * 2", "b * 3")


async def test_hunks_that_are_needed_together_stay():
    after = BEFORE.replace("a - 1", "a + 1").replace("b * 2", "b * 3").replace("x - y", "x + y")
    wanted = BEFORE.replace("a - 1", "a + 1").replace("x - y", "x + y")
    assert await small(Needs("a + 1", "x + y"), after) == wanted


async def test_one_hunk_costs_nothing():
    evaluator = Needs("b * 3")
    assert await small(evaluator, BEFORE.replace("b * 2", "b * 3")) == BEFORE.replace("b * 2", "b * 3")
    assert evaluator.judged == []


async def test_what_does_not_parse_is_not_judged():
    after = BEFORE.replace("x - y", "max(x, y)").replace("b * 2", "b * 3")
    evaluator = Needs("max(x, y)")
    assert await small(evaluator, after) == BEFORE.replace("x - y", "max(x, y)")
    for source in evaluator.judged:
        compile(source, "judged", "exec")


async def test_a_wholly_new_text_is_left_as_it_is():
    before = "def f(a):\n" + "".join(f"    a{n} = a\n" for n in range(MOST_HUNKS + 1))
    after = before.replace("= a\n", "= -a\n")
    assert len(hunks(before, after)) > MOST_HUNKS
    evaluator = Needs("-a")
    assert (await shrunk(task(before), Candidate(after, "", ""), verdict(4), evaluator))[0].source == after
    assert evaluator.judged == []


@pytest.mark.parametrize("after", [BEFORE, "", BEFORE.replace("\n", "\r\n"), "def g(): pass\n"])
def test_hunks_lead_from_one_version_to_the_other(after):
    assert apply_edits(BEFORE, hunks(BEFORE, after)) == after
