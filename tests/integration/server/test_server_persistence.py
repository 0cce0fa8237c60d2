"""Pending proposals are saved when the server ends, and restored within a day when their document is opened."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest
from conftest import repaired
from lsprotocol import types
from pytest_lsp import client_capabilities
from scripted_revision import fixed
from server_process import Process

TESTS = """\
from ranges import clamp


def test_inside():
    assert clamp(5, 0, 9) == 5


def test_outside():
    assert clamp(-3, 0, 9) == 0 and clamp(12, 0, 9) == 9
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the saved proposals."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "reloc_lsp" / "proposals"


@pytest.mark.parametrize("how", ["shut down", "terminated"])
async def test_a_proposal_survives_a_restart_of_the_server(project, source, clamp, folder, how):
    (project / "test_ranges.py").write_text(TESTS)
    async with Process(project, "neovim", {"budget": {"seconds": 600}}) as editor:
        editor.answers = [None]
        uri = editor.open(project / "ranges.py")
        await editor.revise(uri, clamp)
        await editor.until(lambda: editor.questions, 300)
        if how == "terminated":
            editor.client._server.send_signal(signal.SIGTERM)
            await editor.client._server.wait()
    (saved,) = folder.iterdir()
    if os.name == "posix":
        assert (saved.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    async with Process(project, "neovim") as editor:
        text = "# typed since\n" + source
        uri = editor.open(project / "ranges.py", text)
        await editor.until(lambda: editor.client.diagnostics.get(uri))
        (hint,) = editor.client.diagnostics[uri]
        assert (hint.range.start.line, hint.severity) == (clamp + 1, types.DiagnosticSeverity.Hint)
        assert "A revision waits. clamp: 0/2 -> 2/2 tests." in editor.messages[-1]
        assert not editor.questions, "no question at the start of an editor"
        actions = {action.title: action for action in await editor.actions(uri, clamp + 1, diagnostics=[hint])}
        command = actions["Apply ReLoc's revision of clamp"].command
        assert await editor.command(command.command, *command.arguments) is True
        assert editor.texts[uri] == repaired(text)
    assert not list(folder.iterdir()), "the file is deleted"


@pytest.fixture
def unanswered(connect, project, source, clamp, revisions):
    """Ends a server while a proposal waits."""

    async def ended(**given):
        editor = await connect(answers=("...",), **given)
        uri = editor.open(project / "ranges.py")
        await editor.revise(uri, clamp)
        (await revisions.started()).emit(fixed(source, repaired))
        await editor.until(lambda: editor.questions or editor.proposals)
        await editor.session.end()

    return ended


async def waiting(editor, uri):
    """The pending proposals after the server has restored those of a document."""
    await editor.status()  # the document is open
    restoring = [task for task in editor.session.server.session.tasks._running if "restoring" in task.get_name()]
    await asyncio.gather(*restoring)
    return [proposal["qualname"] for proposal in (await editor.status())["proposals"]]


async def test_a_saved_proposal_is_restored_once(connect, project, unanswered):
    await unanswered()
    editor = await connect()
    assert await waiting(editor, editor.open(project / "ranges.py")) == ["clamp"]
    await editor.command("reloc.discard", (await editor.status())["proposals"][0]["id"])
    await editor.session.end()
    editor = await connect()
    assert await waiting(editor, editor.open(project / "ranges.py")) == []


async def test_a_restored_proposal_without_an_answer_is_saved_again(connect, project, unanswered):
    await unanswered()
    for _ in range(2):
        editor = await connect()
        assert await waiting(editor, editor.open(project / "ranges.py")) == ["clamp"]
        await editor.session.end()


@pytest.mark.parametrize("why", ["edited", "old", "other release", "broken file"])
async def test_an_outdated_proposal_is_not_restored(connect, project, source, unanswered, folder, why):
    await unanswered()
    (saved,) = folder.iterdir()
    text = source.replace("value < low", "value <= low") if why == "edited" else source
    if why == "old":
        yesterday = time.time() - 25 * 3600
        os.utime(saved, (yesterday, yesterday))
    elif why == "other release":
        saved.write_text(saved.read_text().replace('"reloc_lsp": "', '"reloc_lsp": "9.'))
    elif why == "broken file":
        saved.write_text(saved.read_text()[:-9])
    editor = await connect()
    assert await waiting(editor, editor.open(project / "ranges.py", text)) == []
    assert not editor.client.diagnostics.get((project / "ranges.py").as_uri())


async def test_proposals_are_not_saved_for_an_editor_that_displays_them(unanswered, folder):
    capabilities = client_capabilities("visual-studio-code")
    capabilities.experimental = {"reloc": {"proposals": True}}
    await unanswered(capabilities=capabilities)
    assert not folder.exists()


async def test_the_server_ends_without_a_writable_cache_folder(unanswered, folder):
    folder.parent.mkdir(parents=True)
    folder.write_text("no folder")
    await unanswered()
