"""`workspace/applyEdit`: a revision needs the user's answer, and changes only its unchanged function."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import repaired
from lsprotocol import types
from pytest_lsp import client_capabilities
from scripted_revision import fixed

from reloc_lsp.revision import Alternative, Proposal
from reloc_lsp.revision import Tests as Passing
from reloc_lsp.server.proposals import apply_edit, user_question


async def started_search(editor, revisions, uri, line):
    """A search that has started, and the id of its job."""
    job = await editor.revise(uri, line)
    return await revisions.started(), job


@pytest.mark.parametrize("profile", ["visual-studio-code", "neovim", "emacs"])
async def test_a_proposal_becomes_a_small_edit_of_the_current_version(
    connect, project, source, clamp, revisions, profile
):
    editor = await connect(profile)
    uri = editor.open(project / "ranges.py")
    run, _ = await started_search(editor, revisions, uri, clamp)
    run.emit(fixed(source, repaired))
    await editor.until(lambda: editor.texts[uri] == repaired(source))
    question = editor.questions[0]
    assert question.message == "clamp: 2/4 -> 4/4 tests. A comparison was turned around."
    (edit,) = editor.edits
    if profile == "neovim":
        assert edit.document_changes is None
        (changes,) = edit.changes.values()
    else:
        (document,) = edit.document_changes
        assert (document.text_document.uri, document.text_document.version) == (uri, 1)
        changes = document.edits
    (change,) = changes
    assert (change.range.start.line, change.range.end.line) == (clamp + 3, clamp + 4)
    assert (project / "ranges.py").read_text("utf-8") == source, "the editor saves, not the server"
    answers = [action.title for action in question.actions]
    assert answers == (["Apply", "Discard"] if profile == "emacs" else ["Apply", "Show diff", "Discard"])


TEXTS = {
    "emoji in the line": "def f(x):\n    '🙂é'; return x\n",
    "windows": "a = 1\r\n\r\n\r\ndef f(x):\r\n    '''\r\n    🙂\r\n    '''\r\n    return x\r\n",
    "tabs in a class": "class A:\n\tdef f(x):\n\t\treturn x\n\n\tdef g(self):\n\t\treturn self\n",
    "form feed": "a = 1\n\f\ndef f(x):\n    '\f'\n    return x\n",
    "line separators": "a = '\u2028 \x85 \x1c'\n\n\ndef f(x):\n    '\u2028'\n    return x\n",
    "no last line end": "a = 1\n\n\ndef f(x):\n    return x",
    "empty lines at the end": "def f(x):\n    return x\n\n\n",
}


def revised(text: str, how: str) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    following = newline + ("\t\t" if "\t" in text else "    ")
    return {
        "replaced": text.replace("return x", "return '🙂', x"),
        "line before": text.replace("return x", f"y = x{following}return x"),
        "line after": text.replace("return x", f"return x{following}'é'"),
        "line removed": text.replace(f"x = 1{following}", ""),
    }[how]


@pytest.mark.parametrize("profile", ["visual-studio-code", "neovim", "emacs"])
@pytest.mark.parametrize("name", TEXTS)
async def test_edits_of_texts_with_every_kind_of_line(connect, project, revisions, profile, name):
    editor = await connect(profile)
    for number, how in enumerate(("replaced", "line before", "line after", "line removed")):
        text = TEXTS[name] if how != "line removed" else revised(TEXTS[name], "line before").replace("y = x", "x = 1")
        uri = editor.open(project / f"ranges{number}.py", text)
        qualname = "A.f" if "class A" in text else "f"
        lines = text.replace("\r\n", "\n").split("\n")
        run, _ = await started_search(editor, revisions, uri, next(i for i, x in enumerate(lines) if "def f" in x))
        file = f"ranges{number}.py"
        run.emit(fixed(text, lambda before, how=how: revised(before, how), qualname, file=file))
        await editor.until(lambda uri=uri, text=text, how=how: editor.texts[uri] == revised(text, how))
        for change in (editor.edits[-1].changes or {}).get(uri, []):
            inserts_behind_all = change.range.start.line == len(lines) - 1 and text.endswith("\n")
            assert not inserts_behind_all, "Neovim would leave an empty line"


async def test_edits_elsewhere_are_kept(connect, project, source, clamp, revisions):
    editor = await connect("neovim")
    uri = editor.open(project / "ranges.py")
    run, _ = await started_search(editor, revisions, uri, clamp)
    editor.type(uri, 0, "# 🙂 a new first line\n")
    editor.type(uri, editor.texts[uri].index("return 1"), "'é'\n    ")
    edited = editor.texts[uri]
    run.emit(fixed(source, repaired))
    await editor.until(lambda: editor.texts[uri] == repaired(edited))


async def test_a_proposal_waits_while_the_document_has_a_syntax_error(
    connect, project, source, clamp, revisions, monkeypatch
):
    monkeypatch.setattr(user_question, "SYNTAX_ERROR_SECONDS", 0.05)
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    run, job = await started_search(editor, revisions, uri, clamp)
    editor.type(uri, len(source), "x = max(")
    run.emit(fixed(source, repaired))
    await editor.until(lambda: editor.messages)
    assert editor.messages == ["The revision of clamp waits until ranges.py can be parsed."]
    assert await editor.command("reloc.apply", job) is False
    assert editor.messages[-1].startswith("ranges.py cannot be parsed") and not editor.questions
    editor.type(uri, len(editor.texts[uri]), "1, 2)\n")
    await editor.until(lambda: editor.texts[uri] == repaired(source) + "x = max(1, 2)\n")


async def test_an_accepted_revision_is_applied_when_the_document_can_be_parsed(
    connect, project, source, clamp, revisions
):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    run, _ = await started_search(editor, revisions, uri, clamp)
    editor.before_answer = lambda: editor.type(uri, len(source), "x = max(")
    run.emit(fixed(source, repaired))
    await editor.until(lambda: editor.questions)
    assert not editor.edits and not editor.messages
    editor.type(uri, len(editor.texts[uri]), "1, 2)\n")
    await editor.until(lambda: editor.texts[uri] == repaired(source) + "x = max(1, 2)\n")


async def test_a_revision_of_an_edited_function_is_refused_without_a_question(
    connect, project, source, clamp, revisions
):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    run, _ = await started_search(editor, revisions, uri, clamp)
    mine = source.replace("value < high", "value < high + 0")
    editor.replace(uri, mine)
    run.emit(fixed(source, repaired))
    await editor.until(lambda: editor.messages)
    assert editor.messages[0].startswith("clamp has changed since its revision began")
    assert not editor.questions and not editor.edits and editor.texts[uri] == mine


async def test_a_revision_is_refused_if_the_function_is_edited_before_the_answer(
    connect, project, source, clamp, revisions
):
    editor = await connect(answers=("...",))
    uri = editor.open(project / "ranges.py")
    run, job = await started_search(editor, revisions, uri, clamp)
    run.emit(fixed(source, repaired))
    await editor.until(lambda: editor.questions)
    editor.type(uri, source.index("value < high"), "0 + ")
    assert await editor.command("reloc.apply", job) is False
    assert editor.messages[-1].startswith("clamp has changed") and not editor.edits


async def test_a_revision_of_a_missing_function_is_refused(connect, project, source, clamp, revisions):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    run, _ = await started_search(editor, revisions, uri, clamp)
    editor.replace(uri, "NAME = 1\n")
    run.emit(fixed(source, repaired))
    await editor.until(lambda: editor.messages)
    assert editor.texts[uri] == "NAME = 1\n" and not editor.edits


async def test_an_edit_that_was_refused_can_be_applied_later(connect, project, source, clamp, revisions):
    editor = await connect()
    editor.applies = "refused"
    uri = editor.open(project / "ranges.py")
    run, job = await started_search(editor, revisions, uri, clamp)
    run.emit(fixed(source, repaired))
    await editor.until(lambda: editor.messages)
    assert editor.messages == ["The editor did not apply the revision of clamp: the file is locked."]
    editor.applies = "honestly"
    assert await editor.command("reloc.apply", job) is True
    assert editor.texts[uri] == repaired(source)
    assert await editor.command("reloc.apply", job) is False
    assert "not available any more" in editor.messages[-1]


async def test_an_edit_reported_applied_but_dropped_is_no_success(
    connect, project, source, clamp, revisions, monkeypatch
):
    monkeypatch.setattr(apply_edit, "NEW_TEXT_TIMEOUT_SECONDS", 0.05)
    editor = await connect()
    editor.applies = "dropped"
    uri = editor.open(project / "ranges.py")
    run, _ = await started_search(editor, revisions, uri, clamp)
    run.emit(fixed(source, repaired))
    await editor.until(lambda: editor.messages)
    assert editor.messages == ["The editor dropped the revision of clamp although it reported success."]
    assert not any("applied." in message.message for message in editor.client.log_messages)


async def test_text_typed_while_the_edit_is_sent_is_kept(connect, project, source, clamp, revisions):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    run, _ = await started_search(editor, revisions, uri, clamp)
    apply, typed = editor._apply, []

    def typing_first(edit):
        if not typed:
            typed.append(editor.type(uri, 0, "# typed\n"))
        return apply(edit)

    editor._apply = typing_first
    run.emit(fixed(source, repaired))
    await editor.until(lambda: editor.texts[uri] == "# typed\n" + repaired(source))
    assert len(editor.edits) == 2 and not editor.messages


async def test_a_closed_file_is_edited_if_its_text_on_disk_is_the_original(connect, project, source, clamp, revisions):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    run, _ = await started_search(editor, revisions, uri, clamp)
    run.best = fixed(source, repaired, status="cancelled")
    editor.close(uri)
    await editor.until(lambda: editor.texts.get(uri) == repaired(source))
    assert editor.edits[0].document_changes[0].text_document.version is None


async def test_a_closed_file_with_another_text_is_not_edited(connect, project, source, clamp, revisions):
    editor = await connect()
    uri = editor.open(project / "ranges.py", source + "# unsaved\n")
    run, _ = await started_search(editor, revisions, uri, clamp)
    run.best = fixed(source + "# unsaved\n", repaired, status="cancelled")
    editor.close(uri)
    await editor.until(lambda: editor.messages)
    assert editor.messages[0].startswith("clamp has changed") and not editor.edits


async def test_a_diff_is_shown_on_request_and_removed_when_the_server_ends(connect, project, source, clamp, revisions):
    editor = await connect("neovim", answers=("Show diff", "Apply"))
    uri = editor.open(project / "ranges.py")
    run, _ = await started_search(editor, revisions, uri, clamp)
    run.emit(fixed(source, repaired))
    await editor.until(lambda: editor.texts[uri] == repaired(source))
    (shown,) = editor.client.shown_documents
    diff = Path(shown.uri.removeprefix("file://"))
    assert "+    if value > high" in diff.read_text("utf-8")
    assert [action.title for action in editor.questions[1].actions] == ["Apply", "Discard"]
    assert await editor.session.end() == 0
    assert not diff.parent.exists()


async def test_nothing_is_applied_unless_the_user_accepts(connect, project, source, clamp, revisions):
    editor = await connect(answers=("Discard", None))
    uri = editor.open(project / "ranges.py")
    run, first = await started_search(editor, revisions, uri, clamp)
    run.emit(fixed(source, repaired))
    await editor.until(lambda: len(editor.questions) == 1)
    await editor.until(lambda: not editor.session.server.proposals.waiting)
    assert await editor.command("reloc.apply", first) is False

    run, second = await started_search(editor, revisions, uri, clamp)
    run.emit(fixed(source, repaired))
    await editor.until(lambda: len(editor.questions) == 2)
    assert not editor.edits and editor.texts[uri] == source
    assert await editor.command("reloc.discard", second) is True
    assert await editor.command("reloc.apply", second) is False


async def test_a_newer_search_replaces_the_older_proposal(connect, project, source, clamp, revisions):
    editor = await connect(answers=(None,))
    uri = editor.open(project / "ranges.py")
    run, first = await started_search(editor, revisions, uri, clamp)
    run.emit(fixed(source, repaired))
    await editor.until(lambda: editor.questions)
    await started_search(editor, revisions, uri, clamp)
    assert await editor.command("reloc.apply", first) is False


@pytest.mark.parametrize(
    ("status", "message"),
    [
        ("unchanged", "clamp: nothing better than 2/4 tests was found."),
        ("already-passing", "clamp: all 4 tests pass already."),
        ("error", "No test reaches clamp."),
    ],
)
async def test_without_an_improvement_the_message_of_the_search_is_shown(
    connect, project, clamp, revisions, status, message
):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    run, _ = await started_search(editor, revisions, uri, clamp)
    run.emit(Proposal(status, message, before=Passing(2, 4), after=Passing(2, 4)))
    await editor.until(lambda: editor.messages)
    assert editor.messages == [message] and not editor.questions


async def test_a_change_outside_of_the_unit_is_never_applied(connect, project, source, clamp, revisions):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    run, _ = await started_search(editor, revisions, uri, clamp)
    run.emit(fixed(source, lambda text: repaired(text).replace("return 1", "return 2")))
    await editor.until(lambda: editor.messages)
    assert "changes text outside of it" in editor.messages[0] and not editor.edits and not editor.questions


async def test_an_editor_without_applyedit_gets_a_message(connect, project, source, clamp, revisions):
    capabilities = client_capabilities("emacs")
    editor = await connect(capabilities=capabilities)
    del editor.client.protocol.fm.features["workspace/applyEdit"]
    editor.client.report_server_error = lambda *_: None
    uri = editor.open(project / "ranges.py")
    run, _ = await started_search(editor, revisions, uri, clamp)
    run.emit(fixed(source, repaired))
    await editor.until(lambda: editor.messages)
    assert editor.messages[0].startswith("The editor did not apply the revision of clamp")


def three(source: str) -> Proposal:
    """A proposal with two alternatives."""
    others = [source.replace("value < high", text) for text in ("high < value", "value >= high")]
    alternatives = tuple(Alternative(f"diff {n}", 4, 4, -1.0, text) for n, text in enumerate(others))
    return fixed(source, repaired, alternatives=alternatives)


async def test_the_question_goes_through_the_alternatives(connect, project, source, clamp, revisions):
    editor = await connect(
        answers=("Next alternative", "Next alternative", "Next alternative", "Next alternative", "Apply")
    )
    uri = editor.open(project / "ranges.py")
    run, _ = await started_search(editor, revisions, uri, clamp)
    run.emit(three(source))
    await editor.until(lambda: "high < value" in editor.texts[uri])
    first, second, third, again, last = (question.message for question in editor.questions)
    assert first == again and second == last and len({first, second, third}) == 3
    assert "alternative 1, 4/4 tests. Not confirmed" in second


def displaying_proposals(profile: str = "visual-studio-code") -> types.ClientCapabilities:
    """The capabilities of an editor that displays proposals itself."""
    capabilities = client_capabilities(profile)
    capabilities.experimental = {"reloc": {"proposals": True}}
    return capabilities


async def test_an_editor_that_displays_proposals_receives_them_without_a_question(
    connect, project, source, clamp, revisions
):
    editor = await connect(capabilities=displaying_proposals())
    uri = editor.open(project / "ranges.py")
    run, job = await started_search(editor, revisions, uri, clamp)
    editor.type(uri, 0, "# typed meanwhile\n")
    run.emit(three(source))
    await editor.until(lambda: editor.proposals)
    (proposal,) = editor.proposals
    assert (proposal["id"], proposal["uri"], proposal["version"], proposal["qualname"]) == (job, uri, 2, "clamp")
    assert (proposal["before"], proposal["after"]) == ({"passed": 2, "total": 4}, {"passed": 4, "total": 4})
    assert proposal["original"] == editor.texts[uri]
    best, _, last = proposal["choices"]
    assert best["revised"] == "# typed meanwhile\n" + repaired(source) and last["diff"] == "diff 1"
    assert await editor.command("reloc.apply", job, 2) is True
    assert "value >= high" in editor.texts[uri] and editor.questions == []
    assert editor.closed == [{"id": job, "why": "applied"}]


async def test_an_editor_that_displays_proposals_is_notified_when_one_is_closed(
    connect, project, source, clamp, revisions
):
    editor = await connect(capabilities=displaying_proposals())
    uri = editor.open(project / "ranges.py")
    jobs = []
    for _ in range(3):
        run, job = await started_search(editor, revisions, uri, clamp)
        run.emit(three(source))
        await editor.until(lambda: len(editor.proposals) > len(jobs))
        jobs.append(job)
    assert await editor.command("reloc.apply", jobs[2], 7) is False
    assert await editor.command("reloc.discard", jobs[2]) is True
    run, job = await started_search(editor, revisions, uri, clamp)
    run.emit(three(source))
    await editor.until(lambda: len(editor.proposals) == 4)
    editor.type(uri, source.index("value < high"), " ")
    assert await editor.command("reloc.apply", job) is False
    assert [(end["id"], end["why"]) for end in editor.closed] == [
        (jobs[0], "replaced"), (jobs[1], "replaced"), (jobs[2], "discarded"), (job, "stale"),
    ]  # fmt: skip
