"""What nobody answered before the server ended is back, for a day, when its document is opened again."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest
from conftest import mended
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
    """Where proposals are kept."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "reloc_lsp" / "proposals"


@pytest.mark.parametrize("how", ["shut down", "terminated"])
async def test_a_restart_does_not_lose_a_revision(project, source, clamp, folder, how):
    (project / "test_ranges.py").write_text(TESTS)
    async with Process(project, "neovim", {"budget": {"seconds": 600}}) as editor:
        editor.answers = [None]
        uri = editor.open(project / "ranges.py")
        await editor.revise(uri, clamp)
        await editor.until(lambda: editor.questions, 300)
        if how == "terminated":
            editor.client._server.send_signal(signal.SIGTERM)
            await editor.client._server.wait()
    (kept,) = folder.iterdir()
    if os.name == "posix":
        assert (kept.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    async with Process(project, "neovim") as editor:
        text = "# typed since\n" + source
        uri = editor.open(project / "ranges.py", text)
        await editor.until(lambda: editor.client.diagnostics.get(uri))
        (hint,) = editor.client.diagnostics[uri]
        assert (hint.range.start.line, hint.severity) == (clamp + 1, types.DiagnosticSeverity.Hint)
        assert "A revision waits. clamp: 0/2 -> 2/2 tests." in editor.messages[-1]
        assert not editor.questions, "nobody is asked at the start of an editor"
        actions = {action.title: action for action in await editor.actions(uri, clamp + 1, diagnostics=[hint])}
        command = actions["Apply ReLoc's revision of clamp"].command
        assert await editor.command(command.command, *command.arguments) is True
        assert editor.texts[uri] == mended(text)
    assert not list(folder.iterdir()), "it is kept no longer"


@pytest.fixture
def unanswered(connect, project, source, clamp, revisions):
    """Ends a server while a revision waits."""

    async def ended(**given):
        editor = await connect(answers=("...",), **given)
        uri = editor.open(project / "ranges.py")
        await editor.revise(uri, clamp)
        (await revisions.started()).says(fixed(source, mended))
        await editor.until(lambda: editor.questions or editor.proposals)
        await editor.session.end()

    return ended


async def waiting(editor, uri):
    """What is on the table once the server has looked what was kept for a document."""
    await editor.status()  # the document is open
    looking = [task for task in editor.session.server.session.tasks._running if "restoring" in task.get_name()]
    await asyncio.gather(*looking)
    return [proposal["qualname"] for proposal in (await editor.status())["proposals"]]


async def test_it_is_back_once(connect, project, unanswered):
    await unanswered()
    editor = await connect()
    assert await waiting(editor, editor.open(project / "ranges.py")) == ["clamp"]
    await editor.command("reloc.discard", (await editor.status())["proposals"][0]["id"])
    await editor.session.end()
    editor = await connect()
    assert await waiting(editor, editor.open(project / "ranges.py")) == []


async def test_what_nobody_answers_again_is_kept_again(connect, project, unanswered):
    await unanswered()
    for _ in range(2):
        editor = await connect()
        assert await waiting(editor, editor.open(project / "ranges.py")) == ["clamp"]
        await editor.session.end()


@pytest.mark.parametrize("why", ["edited", "old", "other release", "broken file"])
async def test_what_is_out_of_date_is_not_brought_back(connect, project, source, unanswered, folder, why):
    await unanswered()
    (kept,) = folder.iterdir()
    text = source.replace("value < low", "value <= low") if why == "edited" else source
    if why == "old":
        yesterday = time.time() - 25 * 3600
        os.utime(kept, (yesterday, yesterday))
    elif why == "other release":
        kept.write_text(kept.read_text().replace('"reloc_lsp": "', '"reloc_lsp": "9.'))
    elif why == "broken file":
        kept.write_text(kept.read_text()[:-9])
    editor = await connect()
    assert await waiting(editor, editor.open(project / "ranges.py", text)) == []
    assert not editor.client.diagnostics.get((project / "ranges.py").as_uri())


async def test_an_editor_that_draws_proposals_keeps_its_own(unanswered, folder):
    capabilities = client_capabilities("visual-studio-code")
    capabilities.experimental = {"reloc": {"proposals": True}}
    await unanswered(capabilities=capabilities)
    assert not folder.exists()


async def test_a_folder_that_cannot_be_written_stops_nothing(unanswered, folder):
    folder.parent.mkdir(parents=True)
    folder.write_text("no folder")
    await unanswered()
