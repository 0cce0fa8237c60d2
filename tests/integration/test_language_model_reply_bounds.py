"""Replies that are made to keep their reader busy: each is parsed within the limits of the parser process, or refused.

A scan that is not linear would take minutes for these sizes, and the process would be killed: the kind would be
`STOPPED`.
"""

from __future__ import annotations

import asyncio
import os
import select
import signal
import subprocess
import sys

import pytest

from reloc_lsp.language_model.budgeted_model import BudgetedModel
from reloc_lsp.language_model.replies import parser_process
from reloc_lsp.language_model.replies.numbered_lists import MAX_ITEM_CHARACTERS, parse_list
from reloc_lsp.language_model.replies.parser_process import ParserProcess
from reloc_lsp.language_model.replies.reply_parser import USABLE, ReplyKind
from reloc_lsp.search.budget import Budget, Spending
from reloc_lsp.search.candidate import Task
from reloc_lsp.search.interfaces.language_model import Completion, Message, Reply, Sampling, Usage
from reloc_lsp.search.verdict import Verdict

ORIGINAL = "def f(value):\n    return value\n"
FIXED = "def f(value):\n    return value + 1\n"
SIZE = 400_000


def repeated(line: str, size: int = SIZE) -> str:
    return line * (size // len(line))


def returning(expression: str) -> str:
    return f"```python\ndef f(value):\n    return {expression}\n```"


TEXTS = {
    "beginnings of blocks": repeated("<<<<<<<\n"),
    "separators of blocks": repeated("<<<<<<<\n=======\n"),
    "blocks": repeated("<<<<<<< S\na\n=======\nb\n>>>>>>> R\n"),
    "blocks that make it longer": repeated("<<<<<<< S\nvalue\n=======\nvalue + value\n>>>>>>> R\n", 10_000),
    "lines to search that are all alike": "<<<<<<< S\n" + repeated("    a\n") + "=======\nb\n>>>>>>> R\n",
    "lines that do not parse": repeated("def f(:\n"),
    "short lines that do not parse": repeated("def f(:\n", 90_000),
    "fences": repeated("```\nx\n```\n"),
    "fences of every length": "\n".join("`" * (3 + number) for number in range(800)),
    "one long fence": "`" * SIZE,
    "fences and blanks": repeated("```" + " " * 1000 + "x\n"),
    "blanks": " " * SIZE + "x",
    "thoughts that begin": repeated("<think>"),
    "thoughts that begin and end": repeated("<think></think>"),
    "thoughts almost": repeated("<think"),
    "brackets": returning("(" * 5000),
    "brackets of three kinds": returning("({[" * 60),
    "braces before a colon": returning("{" * 95 + ":"),
    "signs": returning("-" * 15_000 + "1"),
    "attributes": returning("value" + ".real" * 3000),
    "sums": returning("1" + "+1" * 9000),
    "comparisons": returning("not " * 4000 + "1"),
    "strings in one f-string": returning("f'''" + "{value}\n" * 2000 + "'''"),
    "branches": "```\ndef f(value):\n    if value:\n        pass\n" + "    elif 1: pass\n" * 1000 + "```",
    "blocks in blocks": "```\ndef f(value):\n" + "".join(" " * n + "if 1:\n" for n in range(1, 90)) + "```",
    "functions": "```\n" + repeated("def g(): pass\n", 90_000) + "```",
    "a null byte": returning("'\0'"),
    "half a surrogate pair": returning("'\ud800'"),
}


@pytest.fixture
def parser():
    parser = ParserProcess()
    yield parser
    parser.close()


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
async def test_no_text_stops_the_parser(parser, text):
    parsed = await parser.parse(text, ORIGINAL, ORIGINAL)
    assert parsed.kind is not ReplyKind.STOPPED and parsed.kind not in USABLE | {ReplyKind.UNCHANGED}
    assert (parsed.problem != "") == (parsed.kind is ReplyKind.TOO_LARGE)


async def test_prose_after_a_function_takes_few_parses(parser):
    """Python's parser names the first line of prose, so that the code is not parsed once for each line."""
    parsed = await parser.parse(FIXED + repeated("It's right.\n", 90_000), ORIGINAL, ORIGINAL)
    assert (parsed.kind, parsed.source) == (ReplyKind.BARE, FIXED)


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("-" * 200 + "1", "the function is nested more than 100 levels deep"),
        ("[" + "1," * 4000 + "]", "the function has more than 4,000 syntax nodes"),
        ("'" + "a" * 20_000 + "'", "the function has more than 20,000 characters"),
        ("-" * 20_000 + "1", "the code is nested too deeply to be parsed"),
    ],
)
async def test_the_problem_names_the_bound(parser, expression, problem):
    parsed = await parser.parse(returning(expression), ORIGINAL, ORIGINAL)
    assert (parsed.kind, parsed.source, parsed.problem) == (ReplyKind.TOO_LARGE, None, problem)


async def test_a_long_original_may_be_revised(parser):
    """A version may be as deep as the original, and a few times as long."""
    original = (
        "def f(value):\n" + "".join(f"    value = [value + {n}, {n}][0]\n" for n in range(1500)) + "    return value\n"
    )
    revised = original.replace("+ 7,", "- 7,")
    assert (await parser.parse(f"```\n{revised}```", original, original)).source == revised
    branches = "def f(value):\n    if not value:\n        pass\n" + "    elif value == 1:\n        pass\n" * 150
    assert (await parser.parse(f"```\n{branches.replace('== 1', '== 2', 1)}```", branches, branches)).source


async def test_a_killed_parser_costs_one_reply(parser, monkeypatch):
    block = f"```\n{FIXED}```"
    assert (await parser.parse(block, ORIGINAL, ORIGINAL)).source == FIXED
    os.kill(parser._process.pid, signal.SIGKILL)
    parsed = await parser.parse(block, ORIGINAL, ORIGINAL)
    assert (parsed.kind, parsed.source) == (ReplyKind.STOPPED, None) and "4 s" in parsed.problem
    assert (await parser.parse(block, ORIGINAL, ORIGINAL)).source == FIXED
    with monkeypatch.context() as patch:
        patch.setattr(parser_process, "MAX_SECONDS", 0.0)
        assert (await parser.parse(block, ORIGINAL, ORIGINAL)).kind is ReplyKind.STOPPED
    assert (await parser.parse(block, ORIGINAL, ORIGINAL)).source == FIXED


async def test_cancelling_ends_the_process(parser):
    await parser.parse("", ORIGINAL, ORIGINAL)
    process = parser._process
    os.kill(process.pid, signal.SIGSTOP)  # It will never answer.
    parsing = asyncio.create_task(parser.parse("", ORIGINAL, ORIGINAL))
    await asyncio.sleep(0)
    parsing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await parsing
    assert process.returncode == -signal.SIGKILL
    assert (await parser.parse("", ORIGINAL, ORIGINAL)).kind is ReplyKind.NOTHING


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waiting for another's child needs Linux")
def test_the_process_ends_with_its_parent():
    program = (
        "import asyncio, os, sys; from reloc_lsp.language_model.replies.parser_process import ParserProcess; "
        "parser = ParserProcess(); asyncio.run(parser.parse('', 'def f(): pass', '')); "
        "print(parser._process.pid, flush=True); sys.stdin.read()"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    child = os.pidfd_open(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    assert select.select([child], [], [], 60)[0]
    os.close(child)
    parent.stdin.close()
    parent.stdout.close()


class ScriptedModel:
    """A model with these replies; it keeps the prompts."""

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)
        self.prompts: list[str] = []

    async def complete(self, messages, sampling, count=1):
        self.prompts.append(messages[-1].content)
        return Completion((Reply(self.texts.pop(0)),), Usage(1, 0, 1))


async def test_a_refused_reply_counts_is_noted_and_is_in_the_next_prompt():
    task = Task("m.py", "f", ORIGINAL, 0, len(ORIGINAL), 1, Verdict({}))
    model = ScriptedModel(returning("-" * 200 + "1"), f"```\n{FIXED}```", f"```\n{FIXED}```")
    budgeted = BudgetedModel(model, Spending(Budget(None)), Sampling(), 1000)

    async def versions() -> list[str]:
        return await budgeted.versions(task, ORIGINAL, lambda limit: [Message("user", "Revise it.")])

    assert [await versions() for _ in range(3)] == [[], [FIXED], [FIXED]]
    budgeted.close()
    problem = "the function is nested more than 100 levels deep"
    assert budgeted.notes == [f"An answer of the model was not used: {problem}."]
    assert budgeted.reply_kinds == {ReplyKind.TOO_LARGE: 1, ReplyKind.UNIT: 2} and budgeted.spending.calls == 3
    assert model.prompts[0] == model.prompts[2] == "Revise it." and problem in model.prompts[1]


def test_a_list_is_read_within_bounds():
    """The items go into further prompts. A pattern that is not linear would take hours for the blanks."""
    before, items = parse_list("Why.\n" + " " * 2_000_000 + "\n1. " + "a" * 9000 + "\n2. b", 3)
    assert (before, items) == ("Why.", [])
    before, items = parse_list("Why.\n1. " + "a" * 9000 + "\n2. b", 3)
    assert len(items[0]) <= MAX_ITEM_CHARACTERS + 4 and items[1] == "b"
    assert parse_list("direction" + " " * 2_000_000, 3)[1] == []
