"""Holes of a function, and how the text that a model writes into one becomes a version."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from reloc_lsp.language_model.budgeted_model import BudgetedModel
from reloc_lsp.language_model.cloze.beginnings import Beginnings
from reloc_lsp.language_model.cloze.chat_gaps import gap_question, gap_text
from reloc_lsp.language_model.cloze.cloze_neighborhood import ClozeNeighborhood
from reloc_lsp.language_model.cloze.fillings import filled
from reloc_lsp.language_model.cloze.gap_prompts import GapPrompts
from reloc_lsp.language_model.cloze.holes import HoleKind, holes
from reloc_lsp.language_model.templates.prompt_templates import PromptTemplates
from reloc_lsp.search.budget import Budget, Spending
from reloc_lsp.search.candidate import Candidate, Node, Task
from reloc_lsp.search.interfaces.language_model import Completion, Gap, Reply, Sampling, Usage, Variant
from reloc_lsp.search.localization.mutation_localization import MutationLocalization
from reloc_lsp.search.verdict import Failure, Outcome, TestResult, Verdict

SOURCE = """\
    def longest(self, words, least=3):
        \"\"\"The longest word.\"\"\"
        best = ""
        for word in words:
            if len(word) > least:
                best = max(best, word)
        return best
"""


def hole(kind: HoleKind, text: str = "", opening: str | None = None):
    """The first hole of a kind whose text, or what follows it, begins with `text`."""
    return next(
        one
        for one in holes(SOURCE)
        if one.kind is kind and SOURCE[one.start :].startswith(text) and opening in (None, one.opening)
    )


def test_every_statement_and_every_part_of_it_can_be_written_anew():
    lines = [SOURCE[one.start : one.end] for one in holes(SOURCE) if one.kind is HoleKind.LINE]
    assert lines == [
        'best = ""', "for word in words:", "if len(word) > least:", "best = max(best, word)", "return best",
    ]  # fmt: skip
    expressions = {SOURCE[one.start : one.end] for one in holes(SOURCE) if one.kind is HoleKind.EXPRESSION}
    assert {"3", "words", "len(word) > least", "word", "len(word)", "least", "max(best, word)"} <= expressions


@pytest.mark.parametrize(
    ("kind", "at", "opening", "text", "expected"),
    [
        (HoleKind.LINE, "if len", None, "if len(word) >= least:\n    more", "            if len(word) >= least:\n"),
        (HoleKind.EXPRESSION, "len(word) > least", None, "len(word) >= least:", "            if len(word) >= least:\n"),
        (HoleKind.EXPRESSION, "max(", None, "max(best, word, key=len)\n", "= max(best, word, key=len)\n        return"),
        (HoleKind.EXPRESSION, "best, word", None, "least, word)", "max(least, word)\n"),
        (HoleKind.INSERTION, 'best = ""', "", "words = []\nx = 1", "        words = []\n        best ="),
        (
            HoleKind.INSERTION, 'best = ""', "if ", "not words:\n            return None\n        best = 2\n",
            '        if not words:\n            return None\n        best = 2\n        best = ""',
        ),
        (
            HoleKind.INSERTION, 'best = ""', "if ", 'not words:\n            return None\n        best = ""\n    x',
            '        if not words:\n            return None\n        best = ""\n        for',
        ),
        (
            HoleKind.REST, "for word", None, "return max(words, key=len)\n\n    def other(self):\n        pass\n",
            '        best = ""\n        return max(words, key=len)\n',
        ),
    ],
    ids=["line", "condition", "value", "argument", "insertion", "branch", "branch and repeated line", "rest"],
)  # fmt: skip
def test_what_lies_behind_the_hole_is_left_out(kind, at, opening, text, expected):
    """A model often writes on: the rest of the line once more, the next line, or another function."""
    assert expected in filled(SOURCE, hole(kind, at, opening), text)


def test_a_rest_ends_with_the_function():
    rest = hole(HoleKind.REST, "for word")
    assert filled(SOURCE, rest, "return 1\n\n    def other(self):\n        return 2\n").endswith(
        '""\n        return 1\n'
    )


def task() -> Task:
    failed = TestResult(Outcome.FAILED, failure=Failure("AssertionError", "assert 'abc' == 'abcd'\n + more", 3))
    test = "def test_it():\n    words = ['abc', 'abcd']\n    assert longest(words) == (\n        'abcd'\n    )\n"
    name = "test_m.py::test_it"
    return Task("m.py", "C.longest", SOURCE, 0, len(SOURCE), 1, Verdict({name: failed}), test_sources={name: test})


def test_a_model_reads_what_the_tests_want():
    chosen = task()
    node = Node(0, Candidate(SOURCE, "unchanged", "", trusted=True), chosen.verdict, (0.0,))
    gap = GapPrompts(chosen).gap(node, SOURCE, hole(HoleKind.EXPRESSION, "len(word) > least"))
    assert gap.prefix.startswith(
        "    # assert longest(words) == 'abcd'\n    # now: AssertionError: assert 'abc' == 'abcd'\n"
    )
    assert gap.prefix.endswith("            if") and gap.suffix.startswith(":\n                best = max")


def test_what_a_version_of_a_model_did_is_not_repeated_to_it():
    """A model's code may put into its failure what the model must not read."""
    chosen = task()
    stolen = TestResult(Outcome.FAILED, failure=Failure("AssertionError", "assert 'hunter2 secret' == 'abcd'", 3))
    candidate = Candidate(SOURCE.replace('best = ""', "best = steal()"), "model: revision", "", 0, 1)
    node = Node(1, candidate, Verdict({"test_m.py::test_it": stolen}), (0.0,))
    gap = GapPrompts(chosen).gap(node, candidate.source, holes(candidate.source)[0])
    assert "hunter2" not in gap.prefix and "assert longest(words) == 'abcd'" in gap.prefix


@pytest.mark.parametrize(
    "reply", ["```python\nx + 1\n```", "x + 1", "```\nreturn x + 1\n```", "<think>hm</think>x + 1\n"]
)
def test_the_same_question_can_be_asked_in_a_chat(reply):
    gap = Gap("def f(x):\n    return ", "\n")
    assert "    return <GAP>\n" in gap_question(gap, PromptTemplates())[1].content
    assert gap_text(reply, gap) == "x + 1"


def test_of_a_long_function_a_model_reads_what_is_near_the_hole():
    lines = [f"        best += str({n})\n" for n in range(300)]
    long = SOURCE.replace("        for word", "".join(lines) + "        for word")
    chosen = task()
    node = Node(0, Candidate(long, "unchanged", "", trusted=True), chosen.verdict, (0.0,))
    last = next(one for one in holes(long) if one.kind is HoleKind.LINE and long[one.start :].startswith("for word"))
    gap = GapPrompts(chosen).gap(node, long, last)
    assert "str(299)" in gap.prefix and "str(150)" not in gap.prefix and "def longest(self" in gap.prefix
    assert len(gap.prefix) < 3000


def test_the_first_body_is_a_hole_of_its_own():
    bodies = [SOURCE[one.start : one.end] for one in holes(SOURCE) if one.kind is HoleKind.BODY]
    assert bodies == [SOURCE[SOURCE.index('best = ""') :].rstrip("\n")]
    assert all(not SOURCE[one.start :].startswith('best = ""') for one in holes(SOURCE) if one.kind is HoleKind.REST)


def test_texts_are_asked_for_in_the_order_of_their_probability():
    beginnings = Beginnings()
    first = beginnings.take()
    assert (first.text, first.temperature, first.ended) == ("", 0.0, False)
    beginnings.learn(first, Reply("a + 1", variants=(Variant("b", -2.0), Variant("a", -0.5, ended=True))))
    second = beginnings.take()
    assert (second.text, second.ended, beginnings.log_probability) == ("a", True, -2.0)
    third = beginnings.take()
    beginnings.learn(third, Reply(" - 1", variants=(Variant(" * ", -1.0),)))
    assert (third.text, beginnings.take().text, beginnings.left) == ("b", "b * ", False)


def test_a_server_that_reports_no_alternatives_is_asked_again_at_more_heat():
    beginnings = Beginnings()
    temperatures = []
    for _ in range(6):
        beginning = beginnings.take()
        temperatures.append(round(beginning.temperature, 1))
        beginnings.learn(beginning, Reply("a + 1"))
    assert temperatures == [0.0, 0.8, 1.0, 1.2, 1.4, 1.4]
    assert beginnings.log_probability == -6.0


@pytest.mark.parametrize(("at", "text"), [("best = max", "                best = word"), ("best = max", "best = word")])
def test_the_blanks_before_a_hole_are_left_to_the_model_and_written_once(at, text):
    """The tokens of models contain the blanks before a word."""
    chosen = task()
    node = Node(0, Candidate(SOURCE, "unchanged", "", trusted=True), chosen.verdict, (0.0,))
    line = hole(HoleKind.LINE, at)
    assert GapPrompts(chosen).gap(node, SOURCE, line).prefix.endswith("if len(word) > least:\n")
    assert "least:\n                best = word\n        return best" in filled(SOURCE, line, text)


class Recording:
    """A model that keeps the gaps that it was asked for, each with the texts at which it was to stop."""

    shares_processors = False

    def __init__(self) -> None:
        self.asked: list[tuple[Gap, Sequence[str]]] = []

    async def infill(self, gap: Gap, sampling: Sampling, count: int = 1, stop: Sequence[str] = ()) -> Completion:
        self.asked.append((gap, stop))
        return Completion((Reply("pass"),), Usage())


async def test_inserted_lines_end_where_the_model_comes_to_the_line_behind_them():
    chosen, model = task(), Recording()
    asking = BudgetedModel(model, Spending(Budget()), Sampling(), 9000)
    insertions = ClozeNeighborhood(chosen, asking, HoleKind.INSERTION, MutationLocalization(chosen))
    node = Node(0, Candidate(SOURCE, "unchanged", "", trusted=True), chosen.verdict, (0.0,))
    for _ in range(12):
        await insertions.expand([node], 1)
    asking.close()
    behind = {stop[-1] for gap, stop in model.asked if gap.suffix.startswith(stop[-1])}
    assert {'\n        best = ""', "\n        return best"} <= behind
    assert all(len(stop) <= 4 for _, stop in model.asked)
