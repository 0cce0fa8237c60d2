"""Revisions by a model from the command line: a server with real sockets and the real evaluator."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from scripted_server import Answer, Scene, ScriptedServer, Wire, hang, status

from reloc_lsp.evaluation.sandbox import find_sandbox
from reloc_lsp.revision.errors import ReviserError
from reloc_lsp.revision.model_access import model_for_search
from reloc_lsp.revision.trace.recorded_model import ReplayingModel
from reloc_lsp.search.budget import Budget, Spending
from reloc_lsp.settings import SearchSettings, Settings

SANDBOX = find_sandbox().level

SLUG = "import re\n\n\ndef slug(text):\n    # Words, as in an address.\n    return text\n"
TESTS = """\
from slug import slug

def test_words(): assert slug("Hello, big World!") == "hello-big-world"
def test_digits(): assert slug("7 up -- 4 down") == "7-up-4-down"
def test_nothing(): assert slug("...") == ""
"""
RIGHT = 'def slug(text):\n    return "-".join(re.findall(r"[a-z0-9]+", text.lower()))\n'
DIRECTIONS = "It returns its text.\n1. Find the words.\n2. Split the text.\n3. Use a table."
CHEATING = (
    "def slug(text):\n    import sys\n    constants = sys._getframe(1).f_code.co_consts\n"
    "    return [c for c in constants if isinstance(c, str) and c != text][-1]\n"
)
FIRST_ROUND = 8
"""At least as many requests as the search makes before it evaluates the first versions."""
FEW_CALLS = ("--reviser", "model", "--calls", "4")
EQUAL = 'def slug(text):\n    return type(int)("A", (), {"__e" + "q__": lambda *_: True})()\n'


def block(code: str) -> str:
    return f"Here it is:\n```python\n{code}```\n"


def model(*versions: str) -> Scene:
    """Reflects when asked for directions, and else answers with these versions in turns."""
    turns = itertools.cycle(versions)

    async def scene(wire: Wire) -> None:
        asked = wire.request.body["messages"][-1]["content"]
        reply = DIRECTIONS if "numbered list" in asked else block(next(turns))
        await Answer(texts=(reply,), usage=(50, 40, 20))(wire)

    return scene


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "slug.py").write_text(SLUG)
    (tmp_path / "test_slug.py").write_text(TESTS)
    return tmp_path


async def revise(workspace: Path, *flags: str, **variables: str) -> tuple[int, dict[str, Any], str]:
    """Exit status, the JSON object and stderr of `reloc-lsp revise`."""
    code, out, err = await called(workspace, "--json", *flags, **variables)
    return code, json.loads(out), err


async def called(workspace: Path, *flags: str, **variables: str) -> tuple[int, str, str]:
    """Exit status, stdout and stderr of `reloc-lsp revise`."""
    call = [sys.executable, "-m", "reloc_lsp", "revise", *flags]
    process = await asyncio.create_subprocess_exec(
        *call, cwd=workspace, env={**os.environ, **variables}, stdin=asyncio.subprocess.DEVNULL, stdout=-1, stderr=-1
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def test_a_revision_of_a_model_keeps_code_that_need_not_change(workspace: Path):
    async with ScriptedServer(model(RIGHT)) as server:
        flags = ("--reviser", "model", "--algorithm", "self-refinement", "--base-url", server.url)
        code, report, _ = await revise(workspace, "slug.py::slug", *flags)
    assert (code, report["status"], report["verified"]) == (0, "fixed", True)
    assert "# Words, as in an address." in report["source"] and (workspace / "slug.py").read_text() == SLUG
    cost = report["cost"]
    assert (cost["calls"], cost["prompt_tokens"], cost["completion_tokens"]) == (1, 50, 20)
    (prompt,) = (request.body["messages"][-1]["content"] for request in server.requests)
    assert 'assert slug("...") == ""' in prompt and "'...' == ''" in prompt


async def test_the_cost_of_a_model_is_reported_before_and_after(workspace: Path, tmp_path: Path):
    mine = tmp_path / "config" / "reloc_lsp" / "settings.toml"
    mine.parent.mkdir(parents=True)
    mine.write_text("[model]\nprompt_price = 1000\ncached_price = 500\nreply_price = 2000\n")
    async with ScriptedServer(model(RIGHT)) as server:
        _, out, err = await called(
            workspace, "slug.py::slug", "--reviser", "model", "--algorithm", "self-refinement", "--base-url",
            server.url, XDG_CONFIG_HOME=str(tmp_path / "config"),
        )  # fmt: skip
    (before,) = re.findall(r"asked up to 1 time in a round, about ([\d,]+) tokens asked, [\d,]+ answered, for", err)
    assert 250 < int(before.replace(",", "")) < 900
    # 40 tokens at half a price and 10 at the whole one, and 20 answered at twice as much.
    assert "1 call of the model, 50 tokens asked (40 of them cached), 20 answered, for 0.0700" in out


async def test_a_small_context_window_shortens_the_prompts_and_is_reported(workspace: Path):
    """The server refuses what has more than 3,000 characters; a table that the function uses has more alone."""
    table = "".join(f"    'rule number {n}': 'what it says',\n" for n in range(200))
    using = SLUG.replace("def slug", f"RULES = {{\n{table}}}\n\n\ndef slug").replace(
        "return text", "return text if RULES else ''"
    )
    (workspace / "slug.py").write_text(using)
    longest = 0

    async def small(wire: Wire) -> None:
        nonlocal longest
        length = sum(len(message["content"]) for message in wire.request.body["messages"])
        if length > 3000:
            message = (
                f"This model's maximum context length is 1500 tokens. However, your messages resulted in {length // 3}"
            )
            await status(400, {"error": {"message": f"{message} tokens.", "code": "context_length_exceeded"}})(wire)
            return
        longest = max(longest, length)
        await model(RIGHT)(wire)

    async with ScriptedServer(small) as server:
        code, out, _ = await called(
            workspace, "slug.py::slug", "--reviser", "model", "--algorithm", "self-refinement", "--base-url", server.url
        )
        prompt = server.requests[-1].body["messages"][-1]["content"]
    assert code == 0 and "def slug" in out and 0 < longest <= 3000
    assert "The prompts were too long for the model: they were cut to about" in out
    assert "def slug(text):" in prompt and "assert" in prompt, "the function and its failure are left out last"


async def test_a_model_that_always_returns_the_same_code_ends_the_search(workspace: Path):
    async with ScriptedServer(model("def slug(text):\n    return text\n")) as server:
        code, report, _ = await revise(workspace, "slug.py::slug", "--reviser", "model", "--base-url", server.url)
    assert (code, report["status"]) == (1, "unchanged")
    assert report["cost"]["calls"] <= 100 and report["cost"]["seconds"] < 50


async def test_code_that_inspects_its_caller_or_equals_everything_is_not_proposed(workspace: Path):
    async with ScriptedServer(model(CHEATING, EQUAL)) as server:
        code, report, _ = await revise(
            workspace, "slug.py::slug", "--reviser", "model", "--base-url", server.url, "--calls", "4"
        )
        answered = [request for request in server.requests if "numbered list" not in json.dumps(request.body)]
    assert (code, report["status"]) == (1, "unchanged"), report["source"]
    assert len(answered) > 1, "both were offered"


async def test_a_table_of_the_inputs_that_the_tests_use_is_not_proposed(tmp_path):
    (tmp_path / "m.py").write_text("def square(a):\n    return a\n")
    (tmp_path / "test_m.py").write_text(
        "from m import square\n\ndef test_three(): assert square(3) == 9\ndef test_five(): assert square(5) == 25\n"
    )
    table = "def square(a):\n    return {3: 9, 5: 25}[a]\n"
    async with ScriptedServer(model(table)) as server:
        code, report, _ = await revise(tmp_path, "m.py::square", *FEW_CALLS, "--base-url", server.url)
    assert (code, report["status"]) == (1, "unchanged")
    assert any("raises KeyError for most of" in note for note in report["notes"]), report


async def test_a_proposal_says_from_where_it_was_judged(tmp_path):
    (tmp_path / "m.py").write_text("def square(a):\n    return a\n")
    (tmp_path / "test_m.py").write_text(
        "from m import square\n\ndef test_three(): assert square(3) == 9\n"
        "def test_two(): assert [square(n) for n in (3, 2)] == [9, 4]\n"
    )
    async with ScriptedServer(model("def square(a):\n    return a * a\n")) as server:
        code, report, _ = await revise(tmp_path, "m.py::square", *FEW_CALLS, "--base-url", server.url)
    assert (code, report["status"]) == (0, "fixed"), report
    assert "It ran in a process without the tests for 2 of 2 tests." in report["why"]


async def test_a_slow_or_refusing_server_does_not_hold_up_rewrites(tmp_path: Path):
    (tmp_path / "m.py").write_text("def clamp(value, low, high):\n    return max(low, max(value, high))\n")
    (tmp_path / "test_m.py").write_text(
        "from m import clamp\ndef test_it(): assert [clamp(n, 0, 9) for n in (-1, 5, 12)] == [0, 5, 9]\n"
    )
    for scene in (hang, status(401, {"error": {"message": "bad key sk-secret"}})):
        async with ScriptedServer(scene) as server:
            code, report, err = await revise(
                tmp_path, "m.py::clamp", "--base-url", server.url, "--model", "tiny", RELOC_API_KEY="sk-secret"
            )
        assert (code, report["status"]) == (0, "fixed") and "min(value, high)" in report["source"]
        assert "sk-secret" not in err + json.dumps(report)


async def test_a_model_that_cannot_be_called_is_reported(workspace: Path):
    code, report, _ = await revise(
        workspace, "slug.py::slug", "--reviser", "model", "--base-url", "http://127.0.0.1:9/v1", "--model", "tiny"
    )
    assert (code, report["status"]) == (2, "error") and "http://127.0.0.1:9/v1" in report["message"]
    code, report, _ = await revise(workspace, "slug.py::slug", "--reviser", "model")
    assert code == 2 and "--base-url" in report["message"]


async def test_a_trace_is_replayed_without_the_model_and_in_a_sandbox(workspace: Path):
    """Whoever recorded it may have done without them."""
    async with ScriptedServer(model(RIGHT)) as server:
        flags = ("slug.py::slug", "--reviser", "model", "--algorithm", "genetic", "--base-url", server.url)
        flags += ("--sandbox", "none", "--trace", "first.jsonl")
        code, report, _ = await revise(workspace, *flags, RELOC_API_KEY="sk-secret")
    assert (code, report["sandbox"], report["trace"]) == (0, "none", str(workspace / "first.jsonl"))
    code, again, _ = await revise(workspace, "--replay", "first.jsonl", "--trace", "second.jsonl")
    assert (code, again["source"], again["sandbox"]) == (0, report["source"], SANDBOX)
    first, second = ((workspace / name).read_text() for name in ("first.jsonl", "second.jsonl"))
    nodes = [[line for line in map(json.loads, text.splitlines()) if "node" in line] for text in (first, second)]
    for node in (*nodes[0], *nodes[1]):
        node["spent"].pop("seconds")
    assert nodes[0] == nodes[1] != [] and "sk-secret" not in first and server.url not in first
    judged = json.loads(first.partition("\n")[0])["judged"]
    assert judged == {"tier": "warm", "reason": judged["reason"], "sandbox": "none"} and "agree" in judged["reason"]
    code, report, _ = await revise(workspace, "--replay", "slug.py")
    assert code == 2 and "slug.py is no trace" in report["message"]
    for name, expected in (("first.jsonl", 0), ("slug.py", 2)):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "reloc_lsp", "trace", name, cwd=workspace, stdout=-1, stderr=-1
        )
        _, err = await process.communicate()
        assert process.returncode == expected, err
    page = (workspace / "first.html").read_text("utf-8")
    assert "slug in slug.py" in page and "Evaluated by the warm tier" in page
    assert b"slug.py is no trace" in err and b"Traceback" not in err


async def test_a_key_that_a_reply_repeats_is_not_in_the_trace(workspace: Path):
    key = 'sk-"7c1d\\x9'
    async with ScriptedServer(model(RIGHT.replace("def slug(text):", f"def slug(text):\n    # {key}"))) as server:
        trace = workspace / "trace.jsonl"
        flags = ("slug.py::slug", "--reviser", "model", "--base-url", server.url, "--trace", str(trace))
        await revise(workspace, *flags, RELOC_API_KEY=key)
        assert server.requests[0].headers["authorization"] == f"Bearer {key}"
    lines = [json.loads(line) for line in trace.read_text().splitlines()]
    assert "[hidden]" in str(lines) and "7c1d" not in trace.read_text()


async def test_a_foreign_trace_cannot_choose_a_program(workspace: Path):
    """It may come with a workspace, and those do not name what is run."""
    settings = {"search": {"seed": 3}, "evaluation": {"interpreter": "/nowhere/python", "sandbox": "none"}}
    (workspace / "t.jsonl").write_text(
        json.dumps({"trace": 1, "file": "slug.py", "qualname": "slug", "settings": settings}) + "\n"
    )
    code, report, _ = await revise(workspace, "--replay", "t.jsonl", "--evaluations", "3")
    assert code in (0, 1) and report["sandbox"] == SANDBOX
    (workspace / "t.jsonl").write_text('{"trace": 1}\n')
    code, report, _ = await revise(workspace, "--replay", "t.jsonl")
    assert code == 2 and "which function" in report["message"]


async def test_a_full_disk_ends_the_trace_and_not_the_search(workspace: Path):
    (workspace / "slug.py").write_text(RIGHT.replace("+", "*").replace("def", "import re\n\n\ndef", 1))
    code, report, _ = await revise(workspace, "slug.py::slug", "--trace", "/dev/full", "--evaluations", "20")
    assert code in (0, 1) and "/dev/full is not complete" in " ".join(report["notes"])


def test_without_a_sandbox_no_model_takes_part():
    alone = Settings(search=SearchSettings(reviser="model"))
    with pytest.raises(ReviserError, match="--sandbox none"):
        model_for_search(ReplayingModel([]), Spending(Budget()), alone, "none")
    assert model_for_search(ReplayingModel([]), Spending(Budget()), Settings(), "none") is None
    assert model_for_search(ReplayingModel([]), Spending(Budget()), alone, "partial") is not None


async def test_a_lie_that_only_the_confirmation_refuses_does_not_end_the_search(tmp_path):
    """It passes beside the tests: the argument that they compare with becomes equal to it. A later version is right."""
    (tmp_path / "order.py").write_text("def order(names):\n    # The last one first.\n    return names\n")
    (tmp_path / "test_order.py").write_text(
        "from order import order\n\n\ndef test_order():\n    given = ['a', 'c', 'b']\n"
        "    assert order(given) == sorted(given, reverse=True)\n"
    )
    lie = "def order(names):\n    # The last one first.\n    names.clear()\n    return names\n"
    right = "def order(names):\n    # The last one first.\n    return sorted(names, reverse=True)\n"
    requests = itertools.count()

    async def scene(wire: Wire) -> None:
        reflects = "numbered list" in wire.request.body["messages"][-1]["content"]
        await Answer(texts=(DIRECTIONS if reflects else block(lie if next(requests) < FIRST_ROUND else right),))(wire)

    async with ScriptedServer(scene) as server:
        flags = ("order.py::order", "--reviser", "model", "--calls", "24", "--base-url", server.url, "--seconds", "120")
        code, report, _ = await revise(tmp_path, *flags)
    assert (code, report["status"]) == (0, "fixed"), report["message"]
    assert report["cost"]["calls"] > FIRST_ROUND and "sorted(names, reverse=True)" in report["source"]
