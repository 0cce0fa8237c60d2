"""`$/progress`: what the user sees while a search runs."""

from __future__ import annotations

import asyncio

from conftest import mended
from lsprotocol import types
from pytest_lsp import client_capabilities
from scripted_revision import fixed, progress


async def test_percentage_and_best_so_far_in_words(connect, project, source, clamp, revisions):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    job = await editor.revise(uri, clamp)
    run = await revisions.started()
    for fraction, best in [(0.1, 2), (0.5, 3), (0.4, 3), (0.9, 4)]:
        run.says(progress(fraction, best))
        await editor.until(lambda best=best: f"{best}/4" in str(editor.progress(job)[-1:]))
    run.says(fixed(source, mended))
    await editor.ended(job)
    begin, *reports, end = editor.progress(job)
    assert (begin.title, begin.cancellable, begin.percentage) == ("ReLoc: clamp", True, 0)
    percentages = [report.percentage for report in reports]
    assert percentages == sorted(percentages) and percentages[-1] == 90
    assert reports[0].message == "searching (best so far 2/4 tests), 10 tried"
    assert reports[1].message == "searching (best so far 2/4 -> 3/4 tests), 10 tried"
    assert end.message == "clamp: all 4 tests pass."
    assert not editor.session.server.work_done_progress.tokens, "tokens are forgotten"


async def test_a_burst_of_events_is_a_handful_of_reports_and_the_last_one_arrives(
    connect, project, source, clamp, revisions
):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    job = await editor.revise(uri, clamp)
    run = await revisions.started()
    for step in range(500):
        run.says(progress(step / 500, message=f"candidate {step}"))
    await editor.until(lambda: "candidate 499" in str(editor.progress(job)[-1:]))
    assert len(editor.progress(job)) <= 5


async def test_every_job_has_a_token_of_its_own(connect, project, source, clamp, revisions):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    first = await editor.revise(uri, clamp)
    (await revisions.started()).says(fixed(source, mended))
    await editor.until(lambda: editor.edits)
    second = await editor.revise(uri, clamp)
    assert second != first
    (await revisions.started()).says(fixed(source, mended))
    await editor.ended(second)


async def test_an_editor_that_shows_no_progress_gets_a_log(connect, project, source, clamp, revisions):
    capabilities = client_capabilities("neovim")
    capabilities.window.work_done_progress = False
    editor = await connect(capabilities=capabilities)
    uri = editor.open(project / "ranges.py")
    await editor.revise(uri, clamp)
    run = await revisions.started()
    for _ in range(3):
        run.says(progress(0.5, 3))
    run.says(fixed(source, mended))
    await editor.until(lambda: editor.texts[uri] == mended(source))
    assert not editor.client.progress_reports
    said = [message.message for message in editor.client.log_messages]
    assert said.count("ReLoc: clamp: searching (best so far 2/4 -> 3/4 tests)") == 1
    assert "ReLoc: clamp: clamp: all 4 tests pass." in said


async def test_an_editor_that_refuses_the_progress_hears_nothing_of_it(connect, project, source, clamp, revisions):
    editor = await connect()
    refused = []

    def refuse(params: types.WorkDoneProgressCreateParams) -> None:
        refused.append(params.token)
        raise RuntimeError("no progress today")

    editor.client.protocol.fm.features[types.WINDOW_WORK_DONE_PROGRESS_CREATE] = refuse
    editor.client.report_server_error = lambda *_: None
    uri = editor.open(project / "ranges.py")
    await editor.revise(uri, clamp)
    run = await revisions.started()
    await editor.until(lambda: refused)
    run.says(progress(0.5))
    run.says(fixed(source, mended))
    await editor.until(lambda: editor.texts[uri] == mended(source))
    assert not editor.client.progress_reports


async def test_the_search_does_not_wait_for_an_editor_that_never_answers(connect, project, source, clamp, revisions):
    editor = await connect()

    async def silent(params: types.WorkDoneProgressCreateParams) -> None:
        await asyncio.Event().wait()

    editor.client.protocol.fm.features[types.WINDOW_WORK_DONE_PROGRESS_CREATE] = silent
    uri = editor.open(project / "ranges.py")
    await editor.revise(uri, clamp)
    (await revisions.started()).says(fixed(source, mended))
    await editor.until(lambda: editor.texts[uri] == mended(source))


async def test_an_editor_that_answers_when_all_is_over_hears_no_error(connect, project, source, clamp, revisions):
    editor = await connect()
    over = asyncio.Event()

    async def late(params: types.WorkDoneProgressCreateParams) -> None:
        await over.wait()

    editor.client.protocol.fm.features[types.WINDOW_WORK_DONE_PROGRESS_CREATE] = late
    uri = editor.open(project / "ranges.py")
    await editor.revise(uri, clamp)
    (await revisions.started()).says(fixed(source, mended))
    await editor.until(lambda: editor.texts[uri] == mended(source))
    over.set()
    await editor.command("reloc.debugInformation")
    assert not editor.messages and not editor.client.progress_reports
