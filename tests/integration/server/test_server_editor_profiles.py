"""Editors with fewer capabilities: nothing fails silently, and every function has another way."""

from __future__ import annotations

import asyncio

import pytest
from conftest import repaired
from editor_profiles import PROFILES, capabilities
from lsprotocol import types
from pygls.exceptions import JsonRpcMethodNotFound
from pytest_lsp import client_capabilities
from scripted_revision import fixed, progress

ENCODINGS = {"helix": "utf-8", "zed": "utf-16"}


def without(editor, method: str) -> None:
    """Make the editor refuse the requests of this method."""

    def refuses(params: object) -> None:
        raise JsonRpcMethodNotFound.of(method)

    editor.client.protocol.fm.features[method] = refuses


async def found(editor, uri, clamp, revisions, source):
    """A search that finds the revision."""
    job = await editor.revise(uri, clamp)
    run = await revisions.started()
    run.emit(progress(0.5))
    run.emit(fixed(source, repaired))
    return job


@pytest.mark.parametrize("name", PROFILES)
async def test_from_the_action_to_the_edit(connect, project, source, clamp, revisions, name):
    editor = await connect(capabilities=capabilities(name))
    assert editor.encoding == ENCODINGS[name]
    uri = editor.open(project / "ranges.py")
    job = await found(editor, uri, clamp, revisions, source)
    await editor.until(lambda: editor.texts[uri] == repaired(source))
    await editor.ended(job)


async def test_without_questions_a_code_action_applies_the_revision(connect, project, source, clamp, revisions):
    editor = await connect(capabilities=capabilities("helix"))
    without(editor, types.WINDOW_SHOW_MESSAGE_REQUEST)
    uri = editor.open(project / "ranges.py")
    await found(editor, uri, clamp, revisions, source)
    await editor.until(lambda: editor.messages)
    assert editor.messages[-1] == (
        "clamp: 2/4 -> 4/4 tests. A comparison was turned around. "
        "This editor cannot ask questions: use the code action Apply ReLoc's revision of clamp."
    )
    (hint,) = editor.client.diagnostics[uri]
    actions = {action.title: action for action in await editor.actions(uri, clamp, diagnostics=[hint])}
    command = actions["Apply ReLoc's revision of clamp"].command
    assert await editor.command(command.command, *command.arguments) is True
    assert editor.texts[uri] == repaired(source)


async def test_without_applyedit_a_message_is_shown_and_the_proposal_waits(connect, project, source, clamp, revisions):
    client = client_capabilities("visual-studio-code")
    client.workspace.apply_edit = None
    editor = await connect(capabilities=client)
    without(editor, types.WORKSPACE_APPLY_EDIT)
    uri = editor.open(project / "ranges.py")
    await found(editor, uri, clamp, revisions, source)
    await editor.until(lambda: editor.messages)
    assert "did not apply the revision of clamp: Method Not Found: workspace/applyEdit" in editor.messages[-1]
    assert [proposal["qualname"] for proposal in (await editor.status())["proposals"]] == ["clamp"]


async def test_the_search_continues_without_a_progress(connect, project, source, clamp, revisions):
    editor = await connect()
    without(editor, types.WINDOW_WORK_DONE_PROGRESS_CREATE)
    uri = editor.open(project / "ranges.py")
    job = await found(editor, uri, clamp, revisions, source)
    await editor.until(lambda: editor.texts[uri] == repaired(source))
    assert not editor.progress(job), "a refused progress gets no reports"


async def test_without_configuration_requests_the_defaults_are_used(connect, project, clamp, revisions):
    editor = await connect()
    without(editor, types.WORKSPACE_CONFIGURATION)
    editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))
    await editor.revise(editor.open(project / "ranges.py"), clamp)
    assert (await revisions.started()).settings.budget.seconds == 60
    assert not editor.messages


WRONG = [
    (types.WORKSPACE_APPLY_EDIT, None), (types.WORKSPACE_APPLY_EDIT, {}), (types.WINDOW_SHOW_MESSAGE_REQUEST, "Apply"),
    (types.WINDOW_SHOW_MESSAGE_REQUEST, {}), (types.WORKSPACE_CONFIGURATION, None), (types.WORKSPACE_CONFIGURATION, 3),
]  # fmt: skip


@pytest.mark.parametrize(("method", "answer"), WRONG, ids=lambda value: str(value).rpartition("/")[2])
async def test_a_response_of_the_wrong_shape_counts_as_an_error(
    connect, project, source, clamp, revisions, method, answer
):
    editor = await connect()
    editor.client.protocol.fm.features[method] = lambda params: answer
    editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))
    uri = editor.open(project / "ranges.py")
    await asyncio.wait_for(editor.session.server.session.configuration.ready(60), 30)
    await found(editor, uri, clamp, revisions, source)
    if method in (types.WORKSPACE_APPLY_EDIT, types.WINDOW_SHOW_MESSAGE_REQUEST):
        await editor.until(lambda: editor.messages)
        assert "clamp" in editor.messages[-1]
        assert [proposal["qualname"] for proposal in (await editor.status())["proposals"]] == ["clamp"]
    else:
        await editor.until(lambda: editor.texts[uri] == repaired(source))
        assert not editor.messages


@pytest.mark.parametrize("formats", [[types.MarkupKind.PlainText], [types.MarkupKind.Markdown], None])
async def test_a_hover_is_markdown_only_if_the_editor_supports_it(connect, project, source, clamp, revisions, formats):
    client = client_capabilities("emacs")
    client.text_document.hover.content_format = formats
    editor = await connect(capabilities=client, answers=(None,))
    uri = editor.open(project / "ranges.py")
    await found(editor, uri, clamp, revisions, source)
    await editor.until(lambda: editor.questions)
    shown = (await editor.hover(uri, clamp)).contents
    assert "+    if value > high" in shown.value
    assert ("```" in shown.value) == (shown.kind == "markdown") == (formats == [types.MarkupKind.Markdown])
