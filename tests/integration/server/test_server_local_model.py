"""A model server that runs on this machine is offered by one question, and used once the user has agreed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import repaired
from local_servers import OLLAMA, LocalServer, serving
from lsprotocol import types
from pygls.exceptions import JsonRpcMethodNotFound
from scripted_revision import fixed

from reloc_lsp.inference.local_machine import server_discovery

MODEL = "qwen2.5-coder:1.5b"


@pytest.fixture
def ollama(tmp_path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalServer]:
    """An Ollama on a known port, and a user who was asked nothing yet."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with serving(OLLAMA) as server:
        monkeypatch.setattr(server_discovery, "PORTS", (server.port,))
        monkeypatch.setattr(server_discovery, "TIMEOUT_SECONDS", 60)
        yield server


async def revised(editor, project, clamp, revisions, source):
    """The settings of a revision, once it has ended and its proposal is dismissed."""
    job = await editor.revise(editor.open(project / "ranges.py"), clamp)
    run = await revisions.started()
    run.emit(fixed(source, repaired))
    await editor.ended(job)
    return run.settings.model


def offers(editor):
    return [question for question in editor.questions if "Ollama" in question.message]


async def test_an_agreed_server_takes_part_from_the_next_revision_on(
    connect, project, source, clamp, revisions, ollama
):
    editor = await connect(answers=("Use it", None))
    model = await revised(editor, project, clamp, revisions, source)
    assert model.base_url is None
    await editor.until(lambda: any("takes part from the next revision on" in text for text in editor.messages))
    (question,) = offers(editor)
    assert MODEL in question.message and [a.title for a in question.actions] == ["Use it", "Not now", "Never"]
    for again in (editor, await connect(answers=(None,))):  # The same editor, and another one later.
        model = await revised(again, project, clamp, revisions, source)
        assert (model.base_url, model.name) == (ollama.url, MODEL)
    assert len(offers(editor)) == 1 and not offers(again)


@pytest.mark.parametrize(("answer", "asked_later"), [("Never", 0), ("Not now", 1), (None, 1)])
async def test_a_user_who_does_not_agree_is_not_asked_twice_in_a_session(
    connect, project, source, clamp, revisions, ollama, answer, asked_later
):
    editor = await connect(answers=(answer, None))
    for _ in range(2):
        model = await revised(editor, project, clamp, revisions, source)
        await editor.until(lambda: offers(editor))
        assert model.base_url is None
    assert len(offers(editor)) == 1
    later = await connect(answers=(None,))
    model = await revised(later, project, clamp, revisions, source)
    await later.until(lambda: len(later.questions) == 1 + asked_later)
    assert model.base_url is None and len(offers(later)) == asked_later


async def test_in_an_editor_without_questions_the_offer_is_in_the_log(
    connect, project, source, clamp, revisions, ollama
):
    editor = await connect()

    def refuses(params: object) -> None:
        raise JsonRpcMethodNotFound.of(types.WINDOW_SHOW_MESSAGE_REQUEST)

    editor.client.protocol.fm.features[types.WINDOW_SHOW_MESSAGE_REQUEST] = refuses
    await revised(editor, project, clamp, revisions, source)
    await editor.until(lambda: any(f"--base-url {ollama.url}" in log.message for log in editor.client.log_messages))
