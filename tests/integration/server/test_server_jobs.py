"""Searches as jobs: every way to stop one, and what happens to the best revision so far."""

from __future__ import annotations

import asyncio

import pytest
from conftest import repaired
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from scripted_revision import fixed, progress

from reloc_lsp.revision import Proposal
from reloc_lsp.revision import Tests as Passing
from reloc_lsp.server.jobs import job_registry


def best_so_far(source: str) -> Proposal:
    return fixed(source, repaired, status="cancelled", after=Passing(3, 4), verified=False)


async def progress_cancelled(editor, uri, job, line):
    editor.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(job))


async def command_with_id(editor, uri, job, line):
    assert await editor.command("reloc.cancel", job) == [job]


async def command_for_all(editor, uri, job, line):
    assert await editor.command("reloc.cancel") == [job]


async def document_closed(editor, uri, job, line):
    editor.close(uri)


async def newer_search(editor, uri, job, line):
    await editor.revise(uri, line)


async def settings_changed(editor, uri, job, line):
    settings = {"reloc": {"budget": {"seconds": 7}}}
    editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings))


async def shutdown(editor, uri, job, line):
    assert await editor.session.end() == 0


async def stream_ended(editor, uri, job, line):
    editor.session.writer.close()
    assert await editor.session.serving == 1


async def disconnected(editor, uri, job, line):
    editor.session.server.disconnect()
    assert await editor.session.serving == 1


WAYS = [
    progress_cancelled, command_with_id, command_for_all, document_closed, newer_search,
    settings_changed, shutdown, stream_ended, disconnected,
]  # fmt: skip


@pytest.mark.parametrize("stop", WAYS)
async def test_every_way_to_stop_a_search(request, connect, project, clamp, revisions, stop):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    job = await editor.revise(uri, clamp)
    run = await revisions.started()
    run.emit(progress(0.1))
    await editor.until(lambda: len(editor.progress(job)) > 1)
    await stop(editor, uri, job, clamp)
    await asyncio.wait_for(run.stopped.wait(), 60)
    await asyncio.wait_for(run.closed.wait(), 60)
    if editor.session.serving.done():
        editor.session.serving = asyncio.create_task(asyncio.sleep(0, 0))
    else:
        await editor.ended(job)


@pytest.mark.parametrize("stop", [progress_cancelled, command_with_id, document_closed])
async def test_the_best_so_far_is_proposed_to_a_user_who_stops(connect, project, source, clamp, revisions, stop):
    editor = await connect(answers=("Discard",))
    uri = editor.open(project / "ranges.py")
    job = await editor.revise(uri, clamp)
    run = await revisions.started()
    run.best = best_so_far(source)
    await stop(editor, uri, job, clamp)
    await editor.until(lambda: editor.questions)
    assert editor.questions[0].message.startswith("clamp: 2/4 -> 3/4 tests. Not confirmed by a fresh run yet.")


async def test_a_replaced_search_proposes_nothing(connect, project, source, clamp, revisions):
    editor = await connect(answers=(None,))
    uri = editor.open(project / "ranges.py")
    first = await editor.revise(uri, clamp)
    old = await revisions.started()
    old.best = best_so_far(source)
    second = await editor.revise(uri, clamp)
    new = await revisions.started()
    await editor.ended(first)
    new.emit(fixed(source, repaired))
    await editor.until(lambda: editor.questions)
    await editor.ended(second)
    assert [question.message.split(" tests")[0] for question in editor.questions] == ["clamp: 2/4 -> 4/4"]


async def test_a_stop_without_an_improvement_shows_no_message(connect, project, clamp, revisions):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    job = await editor.revise(uri, clamp)
    await revisions.started()
    await editor.command("reloc.cancel", job)
    await editor.ended(job)
    assert not editor.messages and not editor.questions
    assert editor.progress(job)[-1].message == "clamp: stopped, nothing better found."


async def test_a_search_stopped_before_it_began_ends_at_once(connect, project, clamp, revisions):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    job = await editor.revise(uri, clamp)
    assert await editor.command("reloc.cancel", job) == [job]
    run = await revisions.started()
    await asyncio.wait_for(run.closed.wait(), 60)


async def test_a_revision_that_does_not_stop_is_cancelled(connect, project, clamp, revisions, monkeypatch):
    monkeypatch.setattr(job_registry, "GRACE_SECONDS", 0.05)
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    job = await editor.revise(uri, clamp)
    run = await revisions.started()
    run.stops_on_request = False
    await editor.command("reloc.cancel", job)
    await asyncio.wait_for(run.closed.wait(), 60)
    assert await editor.command("reloc.cancel") == []


async def test_shutdown_does_not_wait_for_a_revision_that_does_not_stop(connect, project, clamp, revisions):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    await editor.revise(uri, clamp)
    run = await revisions.started()
    run.stops_on_request = False
    assert await editor.session.end() == 0
    assert run.closed.is_set()


async def test_shutdown_during_a_question(connect, project, source, clamp, revisions):
    editor = await connect(answers=("...",))
    uri = editor.open(project / "ranges.py")
    await editor.revise(uri, clamp)
    (await revisions.started()).emit(fixed(source, repaired))
    await editor.until(lambda: editor.questions)
    assert await editor.session.end() == 0
    assert not editor.messages


async def test_two_searches_in_one_file_are_both_applied(connect, project, source, clamp, revisions):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    await editor.revise(uri, clamp)
    first = await revisions.started()
    await editor.revise(uri, 3)
    second = await revisions.started()
    assert (first.target.line, second.target.line) == (clamp + 1, 4)

    def longer(text):
        return text.replace("    return 1\n", "    one = 1\n    return one\n")

    second.emit(fixed(source, longer, "other"))
    await editor.until(lambda: "one = 1" in editor.texts[uri])
    first.emit(fixed(source, repaired))
    await editor.until(lambda: editor.texts[uri] == longer(repaired(source)))


@pytest.mark.parametrize("event", [RuntimeError("no space left\nat all"), None])
async def test_a_failed_search_is_reported_in_one_sentence(connect, project, clamp, revisions, event):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    job = await editor.revise(uri, clamp)
    (await revisions.started()).emit(event or RuntimeError())
    await editor.ended(job)
    await editor.until(lambda: editor.messages)
    assert editor.messages[0].startswith("ReLoc could not revise clamp: ")
    assert "\n" not in editor.messages[0]
    assert await editor.actions(uri, clamp), "the server still answers"


async def test_invalid_arguments_are_refused_in_one_sentence(connect, project, clamp):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    for arguments in [(), (uri, 1.5), (1, 2), (uri, "clamp", "one")]:
        with pytest.raises(Exception, match=r"reloc.revise takes the URI of a document"):
            await editor.command("reloc.revise", *arguments)
    assert await editor.command("reloc.revise", uri, "gone", 1) is None
    assert await editor.command("reloc.revise", uri, 0, 1) is None
    assert await editor.command("reloc.revise", uri, clamp, 99) is None
    assert "no function to revise at gone" in editor.messages[0]
    assert "no function to revise at line 1" in editor.messages[1]
    assert "has changed in the meantime" in editor.messages[2]


async def test_debug_information(connect, project, clamp, revisions):
    editor = await connect("neovim")
    uri = editor.open(project / "ranges.py")
    job = await editor.revise(uri, clamp)
    await revisions.started()
    text = await editor.command("reloc.debugInformation")
    assert "position encoding: utf-8" in text
    assert str(project) in text and job in text and "work_done_progress" in text


async def test_an_error_in_a_notification_is_shown_in_one_line(connect, project, clamp):
    editor = await connect()
    never_opened = (project / "never_opened.py").as_uri()
    editor.versions[never_opened], editor.texts[never_opened] = 1, ""
    editor.replace(never_opened, "x = 1\n")
    await editor.until(lambda: editor.messages)
    assert editor.messages[0].startswith("ReLoc: ") and "\n" not in editor.messages[0]
    uri = editor.open(project / "ranges.py")
    assert await editor.actions(uri, clamp), "the server still answers"


async def test_the_request_reloc_revise_is_answered_when_its_search_ends(connect, project, source, clamp, revisions):
    editor = await connect(answers=("Discard",))
    uri = editor.open(project / "ranges.py")
    reply = editor.client.protocol.send_request_async("reloc/revise", {"uri": uri, "where": clamp, "version": 1})
    answer = asyncio.create_task(reply)
    run = await revisions.started()
    run.emit(fixed(source, repaired))
    done = await asyncio.wait_for(answer, 60)
    assert done.outcome == "clamp: all 4 tests pass."
    await editor.until(lambda: editor.questions)


async def test_cancelling_the_request_stops_its_search_and_proposes_the_best(
    connect, project, source, clamp, revisions
):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    asked = editor.client.protocol.send_request("reloc/revise", {"uri": uri, "where": "clamp"}, msg_id="asked")
    run = await revisions.started()
    run.best = best_so_far(source)
    editor.client.cancel_request(types.CancelParams(id="asked"))
    await asyncio.wait_for(run.closed.wait(), 60)
    assert run.stopped.is_set()
    await editor.until(lambda: editor.texts[uri] == repaired(source))
    with pytest.raises(JsonRpcException):
        await asyncio.wait_for(asyncio.wrap_future(asked), 60)


async def test_unchanged_settings_stop_no_search(connect, project, source, clamp, revisions):
    editor = await connect(initialization_options={"reloc": {"budget": {"seconds": 7}}})
    uri = editor.open(project / "ranges.py")
    job = await editor.revise(uri, clamp)
    run = await revisions.started()
    await settings_changed(editor, uri, job, clamp)
    assert [search["qualname"] for search in (await editor.status())["searches"]] == ["clamp"]
    assert not run.stopped.is_set()


async def test_the_status_has_the_running_searches_and_the_waiting_proposals(
    connect, project, source, clamp, revisions
):
    editor = await connect(answers=(None,))
    uri = editor.open(project / "ranges.py")
    assert await editor.status() == {"searches": [], "proposals": []}
    job = await editor.revise(uri, clamp)
    run = await revisions.started()
    run.emit(progress(0.5, 3))
    await editor.until(lambda: len(editor.progress(job)) > 1)
    (search,) = (await editor.status())["searches"]
    assert (search["id"], search["uri"], search["message"]) == (
        job, uri, "searching (best so far 2/4 -> 3/4 tests)",
    )  # fmt: skip
    run.emit(fixed(source, repaired))
    await editor.until(lambda: editor.questions)
    status = await editor.status()
    assert status["searches"] == [] and status["proposals"][0]["message"].startswith("clamp: 2/4 -> 4/4 tests.")
