"""`$/progress`: what the user sees while a search runs."""

from __future__ import annotations

import asyncio

from conftest import repaired
from lsprotocol import types
from pytest_lsp import client_capabilities
from scripted_revision import fixed, progress


async def test_a_progress_has_a_rising_percentage_and_the_best_so_far(connect, project, source, clamp, revisions):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    job = await editor.revise(uri, clamp)
    run = await revisions.started()
    for fraction, best in [(0.1, 2), (0.5, 3), (0.4, 3), (0.9, 4)]:
        run.emit(progress(fraction, best))
        await editor.until(lambda best=best: f"{best}/4" in str(editor.progress(job)[-1:]))
    run.emit(fixed(source, repaired))
    await editor.ended(job)
    begin, *reports, end = editor.progress(job)
    assert (begin.title, begin.cancellable, begin.percentage) == ("ReLoc: clamp", True, 0)
    percentages = [report.percentage for report in reports]
    assert percentages == sorted(percentages) and percentages[-1] == 90
    assert reports[0].message == "searching (best so far 2/4 tests), 10 tried"
    assert reports[1].message == "searching (best so far 2/4 -> 3/4 tests), 10 tried"
    assert end.message == "clamp: all 4 tests pass."
    assert not editor.session.server.work_done_progress.tokens, "no token is left"


async def test_many_events_become_few_reports_and_the_last_one_arrives(connect, project, source, clamp, revisions):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    job = await editor.revise(uri, clamp)
    run = await revisions.started()
    for step in range(500):
        run.emit(progress(step / 500, message=f"candidate {step}"))
    await editor.until(lambda: "candidate 499" in str(editor.progress(job)[-1:]))
    assert len(editor.progress(job)) <= 5


async def test_every_job_has_a_token_of_its_own(connect, project, source, clamp, revisions):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    first = await editor.revise(uri, clamp)
    (await revisions.started()).emit(fixed(source, repaired))
    await editor.until(lambda: editor.edits)
    second = await editor.revise(uri, clamp)
    assert second != first
    (await revisions.started()).emit(fixed(source, repaired))
    await editor.ended(second)


async def test_without_progress_support_the_progress_is_logged(connect, project, source, clamp, revisions):
    capabilities = client_capabilities("neovim")
    capabilities.window.work_done_progress = False
    editor = await connect(capabilities=capabilities)
    uri = editor.open(project / "ranges.py")
    await editor.revise(uri, clamp)
    run = await revisions.started()
    for _ in range(3):
        run.emit(progress(0.5, 3))
    run.emit(fixed(source, repaired))
    await editor.until(lambda: editor.texts[uri] == repaired(source))
    assert not editor.client.progress_reports
    logged = [message.message for message in editor.client.log_messages]
    assert logged.count("ReLoc: clamp: searching (best so far 2/4 -> 3/4 tests)") == 1
    assert "ReLoc: clamp: clamp: all 4 tests pass." in logged


async def test_a_refused_progress_gets_no_reports(connect, project, source, clamp, revisions):
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
    run.emit(progress(0.5))
    run.emit(fixed(source, repaired))
    await editor.until(lambda: editor.texts[uri] == repaired(source))
    assert not editor.client.progress_reports


async def test_the_search_does_not_wait_for_the_reply_to_create(connect, project, source, clamp, revisions):
    editor = await connect()

    async def silent(params: types.WorkDoneProgressCreateParams) -> None:
        await asyncio.Event().wait()

    editor.client.protocol.fm.features[types.WINDOW_WORK_DONE_PROGRESS_CREATE] = silent
    uri = editor.open(project / "ranges.py")
    await editor.revise(uri, clamp)
    (await revisions.started()).emit(fixed(source, repaired))
    await editor.until(lambda: editor.texts[uri] == repaired(source))


async def test_a_late_reply_to_create_causes_no_error(connect, project, source, clamp, revisions):
    editor = await connect()
    over = asyncio.Event()

    async def late(params: types.WorkDoneProgressCreateParams) -> None:
        await over.wait()

    editor.client.protocol.fm.features[types.WINDOW_WORK_DONE_PROGRESS_CREATE] = late
    uri = editor.open(project / "ranges.py")
    await editor.revise(uri, clamp)
    (await revisions.started()).emit(fixed(source, repaired))
    await editor.until(lambda: editor.texts[uri] == repaired(source))
    over.set()
    await editor.command("reloc.debugInformation")
    assert not editor.messages and not editor.client.progress_reports
