"""Actions on a function whose tests pass: simplify, speed up, and with an instruction."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from lsp_editor import plain
from lsprotocol import types
from pytest_lsp import client_capabilities
from scripted_revision import fixed

from reloc_lsp.revision import Proposal
from reloc_lsp.revision import Tests as Passing
from reloc_lsp.search.objective import Measurement, Objective

SIMPLIFY, SPEED_UP, INSTRUCT = (f"refactor.rewrite.reloc.{name}" for name in ("simplify", "speedUp", "instruct"))
MODEL = {"reloc": {"model": {"name": "tiny"}}}
ALL_PASS = {"before": Passing(4, 4), "after": Passing(4, 4)}


def simplified(source: str) -> Proposal:
    return fixed(
        source, lambda text: text.replace("    return value\n", "    return +value\n"), status="improved",
        message="clamp: 31 -> 22 syntax nodes; 4 of 4 tests pass.", objective=Objective("simplify"),
        measure=Measurement(31, 22, 22, 22, "syntax nodes"), **ALL_PASS,
    )  # fmt: skip


def asking(profile: str = "visual-studio-code") -> types.ClientCapabilities:
    """The abilities of an editor that asks for instructions."""
    capabilities = client_capabilities(profile)
    capabilities.experimental = {"reloc": {"input": True}}
    return capabilities


async def kinds(editor: Any, uri: str, line: int, **context: Any) -> list[str]:
    return [action.kind for action in await editor.actions(uri, line, **context) if not action.disabled]


async def test_the_actions_are_those_of_functions_and_of_the_kinds_asked_for(connect, project, clamp):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    fix = "refactor.rewrite.reloc"
    assert await kinds(editor, uri, clamp) == [fix, SIMPLIFY, SPEED_UP]
    assert await kinds(editor, uri, clamp, only=[fix]) == [fix, SIMPLIFY, SPEED_UP]
    assert await kinds(editor, uri, clamp, only=[SPEED_UP]) == [SPEED_UP]
    assert await kinds(editor, uri, clamp, only=["refactor.extract"]) == []
    assert await kinds(editor, uri, 0) == [fix], "the file's most suspicious function is for repairing"
    other = editor.open(project / "other.py", "class A:\n    def f(self):\n        return 1\n")
    assert await kinds(editor, other, 0) == [fix] and SIMPLIFY in await kinds(editor, other, 1)


async def test_an_instruction_needs_a_model_and_an_editor_that_can_ask(connect, project, clamp):
    for capabilities, options, offered in [
        (asking(), MODEL, True),
        (asking(), None, False),
        (client_capabilities("neovim"), MODEL, False),
    ]:
        editor = await connect(capabilities=capabilities, initialization_options=options)
        uri = editor.open(project / "ranges.py")
        assert (INSTRUCT in await kinds(editor, uri, clamp)) is offered


async def test_what_is_known_to_fail_has_a_reason_instead(connect, project, source, clamp, revisions):
    editor = await connect(answers=(None,))
    uri = editor.open(project / "ranges.py")
    await editor.revise(uri, clamp)
    run = await revisions.started()
    run.says(fixed(source, lambda text: text, status="unchanged", after=Passing(2, 4), diff=""))
    await editor.until(lambda: any(editor.client.diagnostics.get(uri, ())))
    disabled = [action for action in await editor.actions(uri, clamp) if action.disabled]
    assert [action.kind for action in disabled] == [SIMPLIFY, SPEED_UP]
    assert disabled[0].disabled.reason == "2 of 4 tests of clamp pass: all of them must pass first."
    editor.type(uri, source.index("return value"), "x = 1; ")
    assert SIMPLIFY in await kinds(editor, uri, clamp), "what was changed may pass"


async def test_from_the_action_to_the_simpler_text(connect, project, source, clamp, revisions):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    (action,) = await editor.actions(uri, clamp, only=[SIMPLIFY])
    assert action.title == "Revise with ReLoc: simplify"
    await editor.command(action.command.command, *action.command.arguments)
    run = await revisions.started()
    assert run.target.objective == Objective("simplify") and run.target.line == clamp + 1
    run.says(simplified(source))
    await editor.until(lambda: "return +value" in editor.texts[uri])
    assert editor.questions[0].message.startswith("clamp: 31 -> 22 syntax nodes; 4 of 4 tests pass. A comparison")


async def test_a_search_that_is_stopped_offers_the_simplest_so_far(connect, project, source, clamp, revisions):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    job = await editor.command("reloc.revise", uri, clamp, 1, {"objective": "simplify"})
    run = await revisions.started()
    run.best = Proposal(**{**vars(simplified(source)), "status": "cancelled", "verified": False})
    await editor.command("reloc.cancel", job)
    await editor.until(lambda: "return +value" in editor.texts[uri])


async def test_an_editor_that_draws_proposals_is_told_what_was_gained(connect, project, source, clamp, revisions):
    capabilities = client_capabilities("neovim")
    capabilities.experimental = {"reloc": {"proposals": True}}
    editor = await connect(capabilities=capabilities)
    uri = editor.open(project / "ranges.py")
    await editor.command("reloc.revise", uri, "clamp", 1, {"objective": "simplify"})
    (await revisions.started()).says(simplified(source))
    await editor.until(lambda: editor.proposals)
    assert editor.proposals[0]["objective"] == "simplify"
    assert editor.proposals[0]["message"] == "clamp: 31 -> 22 syntax nodes; 4 of 4 tests pass."


async def test_the_editor_is_told_to_ask_and_answers_with_the_command(connect, project, clamp, revisions):
    editor = await connect(capabilities=asking(), initialization_options=MODEL)
    told: asyncio.Queue[Any] = asyncio.Queue()
    editor.client.feature("reloc/instruction")(lambda params: told.put_nowait(plain(params)))
    uri = editor.open(project / "ranges.py")
    (action,) = await editor.actions(uri, clamp, only=[INSTRUCT])
    assert await editor.command(action.command.command, *action.command.arguments) is None
    asked = await asyncio.wait_for(told.get(), 5)
    assert (asked["uri"], asked["where"], asked["version"]) == (uri, clamp, 1) and asked["prompt"]
    answer = {"objective": "instruct", "instruction": " use a table "}
    assert await editor.command("reloc.revise", asked["uri"], asked["where"], asked["version"], answer)
    assert (await revisions.started()).target.objective == Objective("instruct", "use a table")


async def test_what_cannot_be_asked_for_is_said(connect, project, clamp):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    assert await editor.command("reloc.revise", uri, clamp, 1, {"objective": "instruct"}) is None
    assert "give one to the command" in editor.messages[-1]
    assert await editor.command("reloc.revise", uri, None, 1, {"objective": "simplify"}) is None
    assert "cursor on a function" in editor.messages[-1]
    with pytest.raises(Exception, match="one of fix, simplify, speed-up, instruct"):
        await editor.command("reloc.revise", uri, clamp, 1, {"objective": "embellish"})


async def test_the_request_takes_an_objective_too(connect, project, source, clamp, revisions):
    editor = await connect(answers=(None,))
    uri = editor.open(project / "ranges.py")
    params = {"uri": uri, "where": "clamp", "version": 1, "objective": "speed-up"}
    request = asyncio.ensure_future(editor.client.protocol.send_request_async("reloc/revise", params))
    run = await revisions.started()
    assert run.target.objective == Objective("speed-up") and run.target.file == Path(project / "ranges.py")
    run.says(simplified(source))
    assert plain(await asyncio.wait_for(request, 5))["outcome"].startswith("clamp: 31 -> 22")
