"""After a save: diagnostics on the changed functions, and never a change of the text."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from conftest import repaired
from lsprotocol import types
from scripted_revision import fixed, progress

from reloc_lsp.revision import Proposal
from reloc_lsp.revision import Tests as Passing
from reloc_lsp.server.jobs import on_save


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_save, "SAVE_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr("reloc_lsp.server.session.diagnostics.TYPING_PAUSE_SECONDS", 0.01)


def options(level: str, **more: object) -> dict[str, object]:
    return {"reloc": {"editor": {"onSave": level, "onSaveSeconds": 3, **more}}}


def failing(source: str) -> Proposal:
    """The result of a check that only notifies."""
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


def diagnostics(editor, uri: str) -> list[types.Diagnostic]:
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
    assert run.settings.budget.seconds == 60, "the first search is the requested one"
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(revisions.started(), 0.2)


async def test_a_changed_function_is_checked_and_marked_after_a_save(connect, project, source, clamp, revisions):
    editor = await connect(initialization_options=options("notify"))
    uri = editor.open(project / "ranges.py")
    editor.save(uri)
    text = await typed(editor, uri, source)
    run = await revisions.started()
    assert (run.target.line, run.settings.budget.seconds, run.settings.budget.evaluations) == (clamp + 1, 3, 0)
    run.emit(failing(text))
    await editor.until(lambda: diagnostics(editor, uri))
    (mark,) = diagnostics(editor, uri)
    assert mark.message == "2 of 4 tests pass. test_outside: AssertionError: assert 12 == 9"
    assert (mark.severity, mark.range.start.line, mark.range.start.character) == (3, clamp, 0)
    assert editor.questions == [] and editor.messages == [] and editor.texts[uri] == text


async def test_a_revision_after_a_save_is_a_hint_until_the_user_requests_it(connect, project, source, clamp, revisions):
    editor = await connect(initialization_options=options("propose", codeLens=True))
    uri = editor.open(project / "ranges.py")
    text = await typed(editor, uri, source)
    run = await revisions.started()
    assert run.settings.budget.evaluations is None
    run.emit(fixed(text, repaired, line=clamp + 1))
    await editor.until(lambda: diagnostics(editor, uri))
    (hint,) = diagnostics(editor, uri)
    assert hint.severity == types.DiagnosticSeverity.Hint and "A revision waits. clamp: 2/4 -> 4/4" in hint.message
    lens = (await editor.lenses(uri))[0]
    assert lens.command.title == "2/4 tests, a revision waits" and lens.command.command == "reloc.show"
    shown = await editor.hover(uri, clamp)
    assert "value > high" in shown.contents.value and "```diff" in shown.contents.value
    assert editor.questions == []
    (fix, *_) = await editor.actions(uri, clamp, diagnostics=[hint])
    assert (fix.title, fix.kind) == ("Show ReLoc's revision of clamp", "quickfix")
    assert await editor.command(fix.command.command, *fix.command.arguments) is True
    await editor.until(lambda: editor.texts[uri] == repaired(text))
    await editor.until(lambda: not diagnostics(editor, uri))
    assert await editor.lenses(uri) == []


async def test_an_unconfirmed_revision_gets_no_hint(connect, project, source, clamp, revisions):
    editor = await connect(initialization_options=options("propose"))
    uri = editor.open(project / "ranges.py")
    text = await typed(editor, uri, source)
    (await revisions.started()).emit(fixed(text, repaired, line=clamp + 1, verified=False))
    await editor.until(lambda: diagnostics(editor, uri))
    assert diagnostics(editor, uri)[0].message.startswith("2 of 4 tests pass.")


async def test_a_diagnostic_moves_with_its_function_and_ends_when_it_is_edited(
    connect, project, source, clamp, revisions
):
    editor = await connect(initialization_options=options("notify"))
    uri = editor.open(project / "ranges.py")
    text = await typed(editor, uri, source)
    (await revisions.started()).emit(failing(text))
    await editor.until(lambda: diagnostics(editor, uri))
    editor.type(uri, 0, "# one line more\n")
    await editor.until(lambda: diagnostics(editor, uri)[0].range.start.line == clamp + 1)
    editor.type(uri, editor.texts[uri].index("value < low"), "low > ")
    await editor.until(lambda: not diagnostics(editor, uri))


async def test_a_failing_function_is_checked_again_at_the_next_save(connect, project, source, clamp, revisions):
    editor = await connect(initialization_options=options("notify"))
    uri = editor.open(project / "ranges.py")
    text = await typed(editor, uri, source)
    (await revisions.started()).emit(failing(text))
    await editor.until(lambda: diagnostics(editor, uri))
    editor.save(uri)
    passing = fixed(text, lambda t: t, line=clamp + 1, status="already-passing", before=Passing(4, 4), diff="")
    (await revisions.started()).emit(passing)
    await editor.until(lambda: not diagnostics(editor, uri))
    editor.save(uri)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(revisions.started(), 0.2)


async def test_a_save_does_not_stop_a_requested_search(connect, project, source, clamp, revisions):
    editor = await connect(initialization_options=options("propose"))
    uri = editor.open(project / "ranges.py")
    job = await editor.revise(uri, clamp)
    run = await revisions.started()
    run.emit(progress(0.1))
    await editor.until(lambda: len(editor.progress(job)) > 1)
    await typed(editor, uri, source)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(revisions.started(), 0.2)
    assert not run.stopped.is_set()


async def test_a_workspace_cannot_turn_on_save_on(connect, project: Path, source, revisions):
    (project / "pyproject.toml").write_text('[tool.reloc.editor]\non_save = "propose"\n')
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    await typed(editor, uri, source)
    await editor.until(lambda: any("editor.on_save may be set by the user only" in m for m in editor.messages))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(revisions.started(), 0.2)


async def test_diagnostics_are_removed_when_the_document_is_closed(connect, project, source, clamp, revisions):
    editor = await connect(initialization_options=options("notify"))
    uri = editor.open(project / "ranges.py")
    text = await typed(editor, uri, source)
    (await revisions.started()).emit(failing(text))
    await editor.until(lambda: diagnostics(editor, uri))
    editor.close(uri)
    await editor.until(lambda: not diagnostics(editor, uri))


async def test_lenses_are_refreshed_when_a_status_changes(connect, project, source, clamp, revisions):
    editor = await connect(initialization_options=options("notify", codeLens=True))
    uri = editor.open(project / "ranges.py")
    assert await editor.lenses(uri) == []
    text = await typed(editor, uri, source)
    (await revisions.started()).emit(failing(text))
    await editor.until(lambda: editor.refreshed)
    (lens,) = await editor.lenses(uri)
    assert (lens.command.title, lens.command.command) == ("2/4 tests", "reloc.revise")


async def test_a_user_who_discards_most_hints_gets_hints_for_small_revisions_only(
    connect, project, source, clamp, revisions, monkeypatch, tmp_path
):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    editor = await connect(initialization_options=options("propose"))
    uri = editor.open(project / "ranges.py")

    async def checked(change) -> list[types.Diagnostic]:
        editor.replace(uri, editor.texts[uri].replace("# é🙂", "# é🙂 again"))
        editor.save(uri)
        run = await revisions.started()
        text = editor.texts[uri]
        run.emit(fixed(text, change, line=clamp + 1))
        await editor.until(lambda: diagnostics(editor, uri))
        return diagnostics(editor, uri)

    def large(text: str) -> str:
        return text.replace("    return value\n", "    result = value\n    # well\n    return result\n")

    for _ in range(5):
        (hint,) = await checked(large)
        assert hint.code == "proposal"
        (waiting,) = (await editor.status())["proposals"]
        await editor.command("reloc.discard", waiting["id"])
        await editor.until(lambda: not diagnostics(editor, uri))
    (mark,) = await checked(large)
    assert mark.code == "failing", "a mark for failing tests, but no hint"
    editor.replace(uri, source)
    await editor.until(lambda: not diagnostics(editor, uri))
    (hint,) = await checked(repaired)
    assert hint.code == "proposal"
