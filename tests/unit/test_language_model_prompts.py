"""Prompts: what a model needs to repair the function, the most informative first, within a token limit."""

from __future__ import annotations

import pytest

from reloc_lsp.language_model.disclosure.failure_disclosure import FailureDisclosure
from reloc_lsp.language_model.feedback import feedback
from reloc_lsp.language_model.file_context import file_context
from reloc_lsp.language_model.prompts import Prompts
from reloc_lsp.language_model.replies.numbered_lists import parse_list
from reloc_lsp.language_model.shortening import shorten
from reloc_lsp.language_model.templates.prompt_templates import PromptTemplates, TemplateError
from reloc_lsp.search.candidate import Candidate, Node, Task
from reloc_lsp.search.token_estimate import estimate_tokens
from reloc_lsp.search.verdict import Failure, Outcome, TestResult, Verdict
from reloc_lsp.settings import ReviewSettings

INITIAL_WEIGHTS = "import math\n\nLIMIT = 3\n\n\ndef helper(x):\n    return x + LIMIT\n\n\n"
UNIT = "def f(a):\n    b = helper(a)\n    return b\n"
AFTER = "\n\n" + "".join(f"def other_{n}(x):\n    return [x, {n}] * {n}\n\n\n" for n in range(200))


def task(after: str = "", **results: TestResult) -> Task:
    verdict = Verdict({f"test_m.py::{name}": result for name, result in results.items()})
    sources = {test: f"def {test.split('::')[1]}():\n    assert f(1) == 2\n" for test in verdict.results}
    module, start = INITIAL_WEIGHTS + UNIT + after, len(INITIAL_WEIGHTS)
    return Task("m.py", "f", module, start, start + len(UNIT), 10, verdict, test_sources=sources)


def failed(kind: str = "AssertionError", message: str = "assert 4 == 2", *lines: int) -> TestResult:
    return TestResult(Outcome.FAILED, failure=Failure(kind, message, 2, lines))


PASSED = TestResult(Outcome.PASSED)
HUNG = TestResult(Outcome.TIMEOUT)


def feedback_on(chosen: Task, token_limit: int = 5000, max_tests: int | None = None) -> str:
    disclosure = FailureDisclosure((UNIT,))
    return feedback(chosen, UNIT, chosen.verdict, token_limit, disclosure=disclosure, max_tests=max_tests)


def test_each_distinct_failure_is_shown_once_with_source_message_and_line():
    text = feedback_on(task(a=failed(), b=failed("ValueError", "no", 11), c=failed("ValueError", "no", 11), d=PASSED))
    assert text.startswith("1 of 4 tests pass.") and text.count("ValueError: no") == 1
    assert "def test" not in text and "def b():\n    assert f(1) == 2" in text
    assert "raised while the function was at: `b = helper(a)`" in text and "1 more tests fail" in text


def test_messages_that_differ_by_an_address_are_one_failure():
    text = feedback_on(task(a=failed("E", "<X at 0x7f01>"), b=failed("E", "<X at 0x7f99>")))
    assert text.count("###") == 1


def test_the_most_informative_failure_comes_first_and_can_be_the_only_one():
    chosen = task(slow=HUNG, long=failed(message="assert " + "9" * 200), short=failed(message="assert 1 == 2"))
    names = [line.split("::")[1] for line in feedback_on(chosen).splitlines() if line.startswith("###")]
    assert names == ["short", "long", "slow"] and "did not end in time" in feedback_on(chosen)
    assert feedback_on(chosen, max_tests=1).count("###") == 1


def test_failures_that_do_not_fit_are_counted():
    chosen = task(**{f"t{n}": failed(message=f"assert {n} == 'x'" + "y" * 300) for n in range(20)})
    text = feedback_on(chosen, token_limit=600)
    shown = text.count("###")
    assert 0 < shown < 20 and estimate_tokens(text) < 900 and f"{20 - shown} more tests fail" in text


def test_a_short_file_is_shown_whole_and_a_long_one_reduced_to_what_the_function_uses():
    whole = file_context(task(), 2000)
    assert "def helper" in whole and "... f stands here ..." in whole and "b = helper(a)" not in whole
    part = file_context(task(AFTER), 300)
    assert "return x + LIMIT" in part and "import math" in part and "lines left out" in part
    assert estimate_tokens(part) < 400


def test_the_class_of_a_method_is_shown_as_an_outline():
    module = f"class A:\n    size = 3\n\n    def g(self):\n        return 99\n\n{AFTER}"
    unit = "    def f(self):\n        return self.size\n"
    text = module.replace("    def g", unit + "\n    def g", 1)
    start = text.index(unit)
    chosen = Task("m.py", "A.f", text, start, start + len(unit), 4, Verdict({"t": failed()}))
    part = file_context(chosen, 300)
    assert "class A:" in part and "size = 3" in part and "def g(self): ..." in part and "return 99" not in part


def test_prompts_about_one_version_share_a_prefix_and_keep_their_token_limit():
    chosen = task(AFTER, a=failed(), b=failed("ValueError", "no", 11))
    node = Node(1, Candidate(UNIT.replace("return b", "return b + 1"), "model", ""), chosen.verdict, (1.0,))
    prompts = Prompts(chosen)
    requests = [
        prompts.reflect(node, 3, ["the first"], 2000),
        *(prompts.revise(node, "It adds.", way, 2000) for way in ("Add.", "Do not add.")),
    ]
    texts = [messages[-1].content for messages in requests]
    assert len({text.partition("# Your task")[0] for text in texts}) == 1
    assert all(estimate_tokens("".join(m.content for m in messages)) < 2200 for messages in requests)
    assert "the first" in texts[0] and "Do not write code yet" in texts[0] and "Do not add." in texts[2]
    assert texts[0].index("def helper") < texts[0].index("as it stands") < texts[0].index("return b + 1")


def test_a_long_function_is_revised_by_search_and_replace():
    long = "def f(a):\n" + "".join(f"    a += {n}\n" for n in range(80)) + "    return a\n"
    chosen = Task("m.py", "f", long, 0, len(long), 1, Verdict({"t": failed()}))
    node = Node(0, Candidate(long, "unchanged", "", trusted=True), chosen.verdict, (1.0,))
    mark = "<<<<<<< SEARCH"
    assert mark in Prompts(chosen).revise(node, "", "Way.", 9000)[-1].content
    assert mark not in Prompts(chosen, replacing=False).revise(node, "", "Way.", 9000)[-1].content


def test_the_prompts_say_which_powers_the_user_refuses():
    chosen = task(AFTER, a=failed())
    node = Node(0, Candidate(UNIT, "unchanged", "", trusted=True), chosen.verdict, (1.0,))
    refused = ReviewSettings(powers="refuse", allowed_powers=("clock",)).refused_powers
    system = Prompts(chosen, refused_powers=refused).revise(node, "", "Way.", 9000)[0].content
    assert "A revision is refused if" in system and "runs programs" in system and "reads the clock" not in system
    assert "refused" not in Prompts(chosen, refused_powers=ReviewSettings().refused_powers).draft([], 9000)[0].content


def test_a_text_is_shortened_in_its_middle_with_a_mark():
    text = "".join(f"line {n} of the text\n" for n in range(100))
    short = shorten(text, 100)
    assert estimate_tokens(short) <= 110 and short.startswith("line 0 ") and short.endswith("line 99 of the text\n")
    assert "lines left out" in short and shorten(text, 10_000) == text


@pytest.mark.parametrize(
    ("text", "before", "items"),
    [
        (
            "Wrong sign.\n\n1. Add.\n2. Take\n   away.\n3) Swap.\n4. More.",
            "Wrong sign.",
            ["Add.", "Take away.", "Swap."],
        ),
        ("**Direction 1:** Add.\n- no number", "", ["Add.", "no number"]),
        ("Just prose.\nTwo lines.", "Just prose. Two lines.", []),
        ("", "", []),
    ],
)
def test_numbered_lists_are_read(text, before, items):
    assert parse_list(text, 3) == (before, items)


def test_the_words_of_a_prompt_can_be_those_of_the_user(tmp_path):
    chosen = task(AFTER, a=failed())
    node = Node(0, Candidate(UNIT, "unchanged", "", trusted=True), chosen.verdict, (1.0,))
    (tmp_path / "revise.txt").write_text("Mend it for $$5! $order\n$answer\n")
    prompts = Prompts(chosen, templates=PromptTemplates(tmp_path))
    assert "Mend it for $5! Revise it.\nAnswer with the whole" in prompts.revise(node, "", "", 9000)[-1].content
    assert "Write the function anew" in prompts.draft([], 9000)[-1].content


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("revise.txt", "Mend it. $function", "uses $function. The names in it can be: $advice, $order, $answer."),
        ("revise.txt", "It costs 5 $.", "has a $ without a name. Write $$ for a dollar sign."),
        ("revise.txt", "x" * 200_000, "has more than 100,000 bytes."),
        ("revisions.txt", "Mend it.", "is the template of no prompt. The templates are answer-changes.txt,"),
    ],
)
def test_a_template_that_cannot_be_used_is_a_sentence(tmp_path, name, text, said):
    (tmp_path / name).write_text(text)
    with pytest.raises(TemplateError) as error:
        PromptTemplates(tmp_path)
    assert said in str(error.value) and name in str(error.value)
