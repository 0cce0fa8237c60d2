"""Actions on a function whose tests pass: simplify, speed up, and with an instruction."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from lsp_editor import to_json
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


def asking_for_instructions(profile: str = "visual-studio-code") -> types.ClientCapabilities:
    """The capabilities of an editor that asks its user for instructions."""
    capabilities = client_capabilities(profile)
    capabilities.experimental = {"reloc": {"input": True}}
    return capabilities


async def kinds(editor: Any, uri: str, line: int, **context: Any) -> list[str]:
    return [action.kind for action in await editor.actions(uri, line, **context) if not action.disabled]


async def test_functions_have_the_actions_of_the_requested_kinds(connect, project, clamp):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    fix = "refactor.rewrite.reloc"
    assert await kinds(editor, uri, clamp) == [fix, SIMPLIFY, SPEED_UP]
    assert await kinds(editor, uri, clamp, only=[fix]) == [fix, SIMPLIFY, SPEED_UP]
    assert await kinds(editor, uri, clamp, only=[SPEED_UP]) == [SPEED_UP]
    assert await kinds(editor, uri, clamp, only=["refactor.extract"]) == []
    assert await kinds(editor, uri, 0) == [fix], "the action on the file is for a repair only"
    other = editor.open(project / "other.py", "class A:\n    def f(self):\n        return 1\n")
    assert await kinds(editor, other, 0) == [fix] and SIMPLIFY in await kinds(editor, other, 1)


async def test_an_instruction_needs_a_model_and_an_editor_that_can_ask(connect, project, clamp):
    for capabilities, options, available in [
        (asking_for_instructions(), MODEL, True),
        (asking_for_instructions(), None, False),
        (client_capabilities("neovim"), MODEL, False),
    ]:
        editor = await connect(capabilities=capabilities, initialization_options=options)
        uri = editor.open(project / "ranges.py")
        assert (INSTRUCT in await kinds(editor, uri, clamp)) is available


async def test_the_actions_on_a_failing_function_are_disabled_with_a_reason(connect, project, source, clamp, revisions):
    editor = await connect(answers=(None,))
    uri = editor.open(project / "ranges.py")
    await editor.revise(uri, clamp)
    run = await revisions.started()
    run.emit(fixed(source, lambda text: text, status="unchanged", after=Passing(2, 4), diff=""))
    await editor.until(lambda: any(editor.client.diagnostics.get(uri, ())))
    disabled = [action for action in await editor.actions(uri, clamp) if action.disabled]
    assert [action.kind for action in disabled] == [SIMPLIFY, SPEED_UP]
    assert disabled[0].disabled.reason == "2 of 4 tests of clamp pass: all of them must pass first."
    editor.type(uri, source.index("return value"), "x = 1; ")
    assert SIMPLIFY in await kinds(editor, uri, clamp), "the tests of an edited function may pass"


async def test_the_action_simplify_leads_to_the_simpler_text(connect, project, source, clamp, revisions):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    (action,) = await editor.actions(uri, clamp, only=[SIMPLIFY])
    assert action.title == "Revise with ReLoc: simplify"
    await editor.command(action.command.command, *action.command.arguments)
    run = await revisions.started()
    assert run.target.objective == Objective("simplify") and run.target.line == clamp + 1
    run.emit(simplified(source))
    await editor.until(lambda: "return +value" in editor.texts[uri])
    assert editor.questions[0].message.startswith("clamp: 31 -> 22 syntax nodes; 4 of 4 tests pass. A comparison")


async def test_a_stopped_search_proposes_the_simplest_version_so_far(connect, project, source, clamp, revisions):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    job = await editor.command("reloc.revise", uri, clamp, 1, {"objective": "simplify"})
    run = await revisions.started()
    run.best = Proposal(**{**vars(simplified(source)), "status": "cancelled", "verified": False})
    await editor.command("reloc.cancel", job)
    await editor.until(lambda: "return +value" in editor.texts[uri])


async def test_a_proposal_names_its_objective_and_improvement(connect, project, source, clamp, revisions):
    capabilities = client_capabilities("neovim")
    capabilities.experimental = {"reloc": {"proposals": True}}
    editor = await connect(capabilities=capabilities)
    uri = editor.open(project / "ranges.py")
    await editor.command("reloc.revise", uri, "clamp", 1, {"objective": "simplify"})
    (await revisions.started()).emit(simplified(source))
    await editor.until(lambda: editor.proposals)
    assert editor.proposals[0]["objective"] == "simplify"
    assert editor.proposals[0]["message"] == "clamp: 31 -> 22 syntax nodes; 4 of 4 tests pass."


async def test_the_editor_asks_for_the_instruction_and_sends_it_with_the_command(connect, project, clamp, revisions):
    editor = await connect(capabilities=asking_for_instructions(), initialization_options=MODEL)
    received: asyncio.Queue[Any] = asyncio.Queue()
    editor.client.feature("reloc/instruction")(lambda params: received.put_nowait(to_json(params)))
    uri = editor.open(project / "ranges.py")
    (action,) = await editor.actions(uri, clamp, only=[INSTRUCT])
    assert await editor.command(action.command.command, *action.command.arguments) is None
    asked = await asyncio.wait_for(received.get(), 60)
    assert (asked["uri"], asked["where"], asked["version"]) == (uri, clamp, 1) and asked["prompt"]
    answer = {"objective": "instruct", "instruction": " use a table "}
    assert await editor.command("reloc.revise", asked["uri"], asked["where"], asked["version"], answer)
    assert (await revisions.started()).target.objective == Objective("instruct", "use a table")


async def test_invalid_objectives_are_refused_with_a_message(connect, project, clamp):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    assert await editor.command("reloc.revise", uri, clamp, 1, {"objective": "instruct"}) is None
    assert "give one to the command" in editor.messages[-1]
    assert await editor.command("reloc.revise", uri, None, 1, {"objective": "simplify"}) is None
    assert "cursor on a function" in editor.messages[-1]
    with pytest.raises(Exception, match="one of fix, simplify, speed-up, instruct"):
        await editor.command("reloc.revise", uri, clamp, 1, {"objective": "embellish"})


async def test_the_request_reloc_revise_takes_an_objective(connect, project, source, clamp, revisions):
    editor = await connect(answers=(None,))
    uri = editor.open(project / "ranges.py")
    params = {"uri": uri, "where": "clamp", "version": 1, "objective": "speed-up"}
    request = asyncio.ensure_future(editor.client.protocol.send_request_async("reloc/revise", params))
    run = await revisions.started()
    assert run.target.objective == Objective("speed-up") and run.target.file == Path(project / "ranges.py")
    run.emit(simplified(source))
    assert to_json(await asyncio.wait_for(request, 60))["outcome"].startswith("clamp: 31 -> 22")
