"""What happens without being asked for: after a save, on the lines of the functions, and never to the text."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from conftest import mended
from lsprotocol import types
from scripted_revision import fixed, progress

from reloc_lsp.revision import Proposal
from reloc_lsp.revision import Tests as Passing
from reloc_lsp.server.jobs import on_save


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_save, "SAVE_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr("reloc_lsp.server.session.diagnostics.TYPING_PAUSE_SECONDS", 0.01)


def options(level: str, **more: object) -> dict[str, object]:
    return {"reloc": {"editor": {"onSave": level, "onSaveSeconds": 3, **more}}}


def failing(source: str) -> Proposal:
    """The answer to a look that only notifies."""
    line = source.splitlines().index("def clamp(value, low, high):") + 1
    counts = Passing(2, 4)
    return Proposal(
        "unchanged",
        "nothing tried",
        file="ranges.py",
        qualname="clamp",
        line=line,
        before=counts,
        after=counts,
        source=source,
        original=source,
        failure="test_outside: AssertionError: assert 12 == 9",
    )


def found(editor, uri: str) -> list[types.Diagnostic]:
    return list(editor.client.diagnostics.get(uri, []))


async def typed(editor, uri: str, source: str) -> str:
    """The user changes `clamp` and saves; the new text."""
    editor.type(uri, source.index("# é🙂 the bug"), "# typed ")
    editor.save(uri)
    return editor.texts[uri]


async def test_off_by_default(connect, project, source, revisions):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    await typed(editor, uri, source)
    await editor.revise(uri, 7)
    run = await revisions.started()
    assert run.settings.budget.seconds == 60, "the first search is the one that was asked for"
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(revisions.started(), 0.2)


async def test_a_changed_function_is_looked_at_after_its_save_and_marked(connect, project, source, clamp, revisions):
    editor = await connect(initialization_options=options("notify"))
    uri = editor.open(project / "ranges.py")
    editor.save(uri)
    text = await typed(editor, uri, source)
    run = await revisions.started()
    assert (run.target.line, run.settings.budget.seconds, run.settings.budget.evaluations) == (clamp + 1, 3, 0)
    run.says(failing(text))
    await editor.until(lambda: found(editor, uri))
    (mark,) = found(editor, uri)
    assert mark.message == "2 of 4 tests pass. test_outside: AssertionError: assert 12 == 9"
    assert (mark.severity, mark.range.start.line, mark.range.start.character) == (3, clamp, 0)
    assert editor.questions == [] and editor.messages == [] and editor.texts[uri] == text


async def test_a_revision_waits_behind_a_hint_until_it_is_asked_for(connect, project, source, clamp, revisions):
    editor = await connect(initialization_options=options("propose", codeLens=True))
    uri = editor.open(project / "ranges.py")
    text = await typed(editor, uri, source)
    run = await revisions.started()
    assert run.settings.budget.evaluations == 5000
    run.says(fixed(text, mended, line=clamp + 1))
    await editor.until(lambda: found(editor, uri))
    (hint,) = found(editor, uri)
    assert hint.severity == types.DiagnosticSeverity.Hint and "A revision waits. clamp: 2/4 -> 4/4" in hint.message
    lens = (await editor.lenses(uri))[0]
    assert lens.command.title == "2/4 tests, a revision waits" and lens.command.command == "reloc.show"
    shown = await editor.hover(uri, clamp)
    assert "value > high" in shown.contents.value and "```diff" in shown.contents.value
    assert editor.questions == []
    (fix, *_) = await editor.actions(uri, clamp, diagnostics=[hint])
    assert (fix.title, fix.kind) == ("Show ReLoc's revision of clamp", "quickfix")
    assert await editor.command(fix.command.command, *fix.command.arguments) is True
    await editor.until(lambda: editor.texts[uri] == mended(text))
    await editor.until(lambda: not found(editor, uri))
    assert await editor.lenses(uri) == []


async def test_what_is_not_confirmed_is_not_shown(connect, project, source, clamp, revisions):
    editor = await connect(initialization_options=options("propose"))
    uri = editor.open(project / "ranges.py")
    text = await typed(editor, uri, source)
    (await revisions.started()).says(fixed(text, mended, line=clamp + 1, verified=False))
    await editor.until(lambda: found(editor, uri))
    assert found(editor, uri)[0].message.startswith("2 of 4 tests pass.")


async def test_a_mark_goes_with_the_text_it_was_made_for_and_moves_with_it(connect, project, source, clamp, revisions):
    editor = await connect(initialization_options=options("notify"))
    uri = editor.open(project / "ranges.py")
    text = await typed(editor, uri, source)
    (await revisions.started()).says(failing(text))
    await editor.until(lambda: found(editor, uri))
    editor.type(uri, 0, "# one line more\n")
    await editor.until(lambda: found(editor, uri)[0].range.start.line == clamp + 1)
    editor.type(uri, editor.texts[uri].index("value < low"), "low > ")
    await editor.until(lambda: not found(editor, uri))


async def test_a_failing_function_is_looked_at_again_at_the_next_save(connect, project, source, clamp, revisions):
    editor = await connect(initialization_options=options("notify"))
    uri = editor.open(project / "ranges.py")
    text = await typed(editor, uri, source)
    (await revisions.started()).says(failing(text))
    await editor.until(lambda: found(editor, uri))
    editor.save(uri)
    passing = fixed(text, lambda t: t, line=clamp + 1, status="already-passing", before=Passing(4, 4), diff="")
    (await revisions.started()).says(passing)
    await editor.until(lambda: not found(editor, uri))
    editor.save(uri)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(revisions.started(), 0.2)


async def test_a_search_that_was_asked_for_is_left_alone(connect, project, source, clamp, revisions):
    editor = await connect(initialization_options=options("propose"))
    uri = editor.open(project / "ranges.py")
    job = await editor.revise(uri, clamp)
    run = await revisions.started()
    run.says(progress(0.1))
    await editor.until(lambda: len(editor.progress(job)) > 1)
    await typed(editor, uri, source)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(revisions.started(), 0.2)
    assert not run.stopped.is_set()


async def test_a_workspace_cannot_turn_it_on(connect, project: Path, source, revisions):
    (project / "pyproject.toml").write_text('[tool.reloc.editor]\non_save = "propose"\n')
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    await typed(editor, uri, source)
    await editor.until(lambda: any("editor.on_save may be set by the user only" in m for m in editor.messages))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(revisions.started(), 0.2)


async def test_marks_go_when_the_document_is_closed(connect, project, source, clamp, revisions):
    editor = await connect(initialization_options=options("notify"))
    uri = editor.open(project / "ranges.py")
    text = await typed(editor, uri, source)
    (await revisions.started()).says(failing(text))
    await editor.until(lambda: found(editor, uri))
    editor.close(uri)
    await editor.until(lambda: not found(editor, uri))


async def test_lenses_are_asked_for_again_when_more_is_known(connect, project, source, clamp, revisions):
    editor = await connect(initialization_options=options("notify", codeLens=True))
    uri = editor.open(project / "ranges.py")
    assert await editor.lenses(uri) == []
    text = await typed(editor, uri, source)
    (await revisions.started()).says(failing(text))
    await editor.until(lambda: editor.refreshed)
    (lens,) = await editor.lenses(uri)
    assert (lens.command.title, lens.command.command) == ("2/4 tests", "reloc.revise")


async def test_who_discards_most_hints_is_shown_small_ones_only(
    connect, project, source, clamp, revisions, monkeypatch, tmp_path
):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    editor = await connect(initialization_options=options("propose"))
    uri = editor.open(project / "ranges.py")

    async def looked_at(change) -> list[types.Diagnostic]:
        editor.replace(uri, editor.texts[uri].replace("# é🙂", "# é🙂 again"))
        editor.save(uri)
        run = await revisions.started()
        text = editor.texts[uri]
        run.says(fixed(text, change, line=clamp + 1))
        await editor.until(lambda: found(editor, uri))
        return found(editor, uri)

    def large(text: str) -> str:
        return text.replace("    return value\n", "    result = value\n    # well\n    return result\n")

    for _ in range(5):
        (hint,) = await looked_at(large)
        assert hint.code == "proposal"
        (waiting,) = (await editor.status())["proposals"]
        await editor.command("reloc.discard", waiting["id"])
        await editor.until(lambda: not found(editor, uri))
    (mark,) = await looked_at(large)
    assert mark.code == "failing", "it is known that its tests fail, and no more"
    editor.replace(uri, source)
    await editor.until(lambda: not found(editor, uri))
    (hint,) = await looked_at(mended)
    assert hint.code == "proposal"
