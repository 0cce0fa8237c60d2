"""From the proposal to the text: consent, and edits that land where they belong or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import mended
from lsprotocol import types
from pytest_lsp import client_capabilities
from scripted_revision import fixed

from reloc_lsp.revision import Alternative, Proposal
from reloc_lsp.revision import Tests as Passing
from reloc_lsp.server.proposals import apply_edit, prompt


async def searched(editor, revisions, uri, line):
    """A search that has started, and its job."""
    job = await editor.revise(uri, line)
    return await revisions.started(), job


@pytest.mark.parametrize("profile", ["visual-studio-code", "neovim", "emacs"])
async def test_a_proposal_becomes_a_small_edit_of_the_current_version(
    connect, project, source, clamp, revisions, profile
):
    editor = await connect(profile)
    uri = editor.open(project / "ranges.py")
    run, _ = await searched(editor, revisions, uri, clamp)
    run.says(fixed(source, mended))
    await editor.until(lambda: editor.texts[uri] == mended(source))
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
    "empty lines behind": "def f(x):\n    return x\n\n\n",
}


def revised(text: str, how: str) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    following = newline + ("\t\t" if "\t" in text else "    ")
    return {
        "replaced": text.replace("return x", "return '🙂', x"),
        "line before": text.replace("return x", f"y = x{following}return x"),
        "line behind": text.replace("return x", f"return x{following}'é'"),
        "line taken out": text.replace(f"x = 1{following}", ""),
    }[how]


@pytest.mark.parametrize("profile", ["visual-studio-code", "neovim", "emacs"])
@pytest.mark.parametrize("name", TEXTS)
async def test_texts_of_every_kind(connect, project, revisions, profile, name):
    editor = await connect(profile)
    for number, how in enumerate(("replaced", "line before", "line behind", "line taken out")):
        text = TEXTS[name] if how != "line taken out" else revised(TEXTS[name], "line before").replace("y = x", "x = 1")
        uri = editor.open(project / f"ranges{number}.py", text)
        qualname = "A.f" if "class A" in text else "f"
        lines = text.replace("\r\n", "\n").split("\n")
        run, _ = await searched(editor, revisions, uri, next(i for i, x in enumerate(lines) if "def f" in x))
        run.says(fixed(text, lambda before, how=how: revised(before, how), qualname))
        await editor.until(lambda uri=uri, text=text, how=how: editor.texts[uri] == revised(text, how))
        for change in (editor.edits[-1].changes or {}).get(uri, []):
            inserts_behind_all = change.range.start.line == len(lines) - 1 and text.endswith("\n")
            assert not inserts_behind_all, "Neovim would leave an empty line"


async def test_edits_elsewhere_are_kept(connect, project, source, clamp, revisions):
    editor = await connect("neovim")
    uri = editor.open(project / "ranges.py")
    run, _ = await searched(editor, revisions, uri, clamp)
    editor.type(uri, 0, "# 🙂 a new first line\n")
    editor.type(uri, editor.texts[uri].index("return 1"), "'é'\n    ")
    edited = editor.texts[uri]
    run.says(fixed(source, mended))
    await editor.until(lambda: editor.texts[uri] == mended(edited))


async def test_an_offer_waits_while_half_typed_code_elsewhere_does_not_parse(
    connect, project, source, clamp, revisions, monkeypatch
):
    monkeypatch.setattr(prompt, "SYNTAX_ERROR_SECONDS", 0.05)
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    run, job = await searched(editor, revisions, uri, clamp)
    editor.type(uri, len(source), "x = max(")
    run.says(fixed(source, mended))
    await editor.until(lambda: editor.messages)
    assert editor.messages == ["The revision of clamp waits until ranges.py can be parsed."]
    assert await editor.command("reloc.apply", job) is False
    assert editor.messages[-1].startswith("ranges.py cannot be parsed") and not editor.questions
    editor.type(uri, len(editor.texts[uri]), "1, 2)\n")
    await editor.until(lambda: editor.texts[uri] == mended(source) + "x = max(1, 2)\n")


async def test_a_yes_holds_until_half_typed_code_elsewhere_parses(connect, project, source, clamp, revisions):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    run, _ = await searched(editor, revisions, uri, clamp)
    editor.before_answer = lambda: editor.type(uri, len(source), "x = max(")
    run.says(fixed(source, mended))
    await editor.until(lambda: editor.questions)
    assert not editor.edits and not editor.messages
    editor.type(uri, len(editor.texts[uri]), "1, 2)\n")
    await editor.until(lambda: editor.texts[uri] == mended(source) + "x = max(1, 2)\n")


async def test_edits_inside_refuse_without_a_question(connect, project, source, clamp, revisions):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    run, _ = await searched(editor, revisions, uri, clamp)
    mine = source.replace("value < high", "value < high + 0")
    editor.replace(uri, mine)
    run.says(fixed(source, mended))
    await editor.until(lambda: editor.messages)
    assert editor.messages[0].startswith("clamp has changed since its revision began")
    assert not editor.questions and not editor.edits and editor.texts[uri] == mine


async def test_edits_inside_while_the_user_thinks_refuse_too(connect, project, source, clamp, revisions):
    editor = await connect(answers=("...",))
    uri = editor.open(project / "ranges.py")
    run, job = await searched(editor, revisions, uri, clamp)
    run.says(fixed(source, mended))
    await editor.until(lambda: editor.questions)
    editor.type(uri, source.index("value < high"), "0 + ")
    assert await editor.command("reloc.apply", job) is False
    assert editor.messages[-1].startswith("clamp has changed") and not editor.edits


async def test_a_function_that_moved_into_a_class_or_is_gone_refuses(connect, project, source, clamp, revisions):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    run, _ = await searched(editor, revisions, uri, clamp)
    editor.replace(uri, "NAME = 1\n")
    run.says(fixed(source, mended))
    await editor.until(lambda: editor.messages)
    assert editor.texts[uri] == "NAME = 1\n" and not editor.edits


async def test_an_edit_that_was_refused_can_be_applied_later(connect, project, source, clamp, revisions):
    editor = await connect()
    editor.applies = "refused"
    uri = editor.open(project / "ranges.py")
    run, job = await searched(editor, revisions, uri, clamp)
    run.says(fixed(source, mended))
    await editor.until(lambda: editor.messages)
    assert editor.messages == ["The editor did not apply the revision of clamp: the file is locked."]
    editor.applies = "honestly"
    assert await editor.command("reloc.apply", job) is True
    assert editor.texts[uri] == mended(source)
    assert await editor.command("reloc.apply", job) is False
    assert "not available any more" in editor.messages[-1]


async def test_an_edit_reported_applied_but_dropped_is_no_success(
    connect, project, source, clamp, revisions, monkeypatch
):
    monkeypatch.setattr(apply_edit, "NEW_TEXT_TIMEOUT_SECONDS", 0.05)
    editor = await connect()
    editor.applies = "dropped"
    uri = editor.open(project / "ranges.py")
    run, _ = await searched(editor, revisions, uri, clamp)
    run.says(fixed(source, mended))
    await editor.until(lambda: editor.messages)
    assert editor.messages == ["The editor dropped the revision of clamp although it reported success."]
    assert not any("applied." in message.message for message in editor.client.log_messages)


async def test_text_typed_in_the_last_moment_is_kept(connect, project, source, clamp, revisions):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    run, _ = await searched(editor, revisions, uri, clamp)
    apply, typed = editor._apply, []

    def typing_first(edit):
        if not typed:
            typed.append(editor.type(uri, 0, "# typed\n"))
        return apply(edit)

    editor._apply = typing_first
    run.says(fixed(source, mended))
    await editor.until(lambda: editor.texts[uri] == "# typed\n" + mended(source))
    assert len(editor.edits) == 2 and not editor.messages


async def test_a_closed_file_is_edited_if_the_disk_holds_what_was_searched(connect, project, source, clamp, revisions):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    run, _ = await searched(editor, revisions, uri, clamp)
    run.best = fixed(source, mended, status="cancelled")
    editor.close(uri)
    await editor.until(lambda: editor.texts.get(uri) == mended(source))
    assert editor.edits[0].document_changes[0].text_document.version is None


async def test_a_closed_file_with_another_text_is_left_alone(connect, project, source, clamp, revisions):
    editor = await connect()
    uri = editor.open(project / "ranges.py", source + "# unsaved\n")
    run, _ = await searched(editor, revisions, uri, clamp)
    run.best = fixed(source + "# unsaved\n", mended, status="cancelled")
    editor.close(uri)
    await editor.until(lambda: editor.messages)
    assert editor.messages[0].startswith("clamp has changed") and not editor.edits


async def test_a_diff_is_shown_on_demand_and_goes_with_the_server(connect, project, source, clamp, revisions):
    editor = await connect("neovim", answers=("Show diff", "Apply"))
    uri = editor.open(project / "ranges.py")
    run, _ = await searched(editor, revisions, uri, clamp)
    run.says(fixed(source, mended))
    await editor.until(lambda: editor.texts[uri] == mended(source))
    (shown,) = editor.client.shown_documents
    diff = Path(shown.uri.removeprefix("file://"))
    assert "+    if value > high" in diff.read_text("utf-8")
    assert [action.title for action in editor.questions[1].actions] == ["Apply", "Discard"]
    assert await editor.session.end() == 0
    assert not diff.parent.exists()


async def test_nothing_happens_without_a_yes(connect, project, source, clamp, revisions):
    editor = await connect(answers=("Discard", None))
    uri = editor.open(project / "ranges.py")
    run, first = await searched(editor, revisions, uri, clamp)
    run.says(fixed(source, mended))
    await editor.until(lambda: len(editor.questions) == 1)
    await editor.until(lambda: not editor.session.server.proposals.waiting)
    assert await editor.command("reloc.apply", first) is False

    run, second = await searched(editor, revisions, uri, clamp)
    run.says(fixed(source, mended))
    await editor.until(lambda: len(editor.questions) == 2)
    assert not editor.edits and editor.texts[uri] == source
    assert await editor.command("reloc.discard", second) is True
    assert await editor.command("reloc.apply", second) is False


async def test_a_newer_search_takes_the_older_offer_away(connect, project, source, clamp, revisions):
    editor = await connect(answers=(None,))
    uri = editor.open(project / "ranges.py")
    run, first = await searched(editor, revisions, uri, clamp)
    run.says(fixed(source, mended))
    await editor.until(lambda: editor.questions)
    await searched(editor, revisions, uri, clamp)
    assert await editor.command("reloc.apply", first) is False


@pytest.mark.parametrize(
    ("status", "message"),
    [
        ("unchanged", "clamp: nothing better than 2/4 tests was found."),
        ("already-passing", "clamp: all 4 tests pass already."),
        ("error", "No test reaches clamp."),
    ],
)
async def test_no_improvement_is_told_in_the_words_of_the_search(connect, project, clamp, revisions, status, message):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    run, _ = await searched(editor, revisions, uri, clamp)
    run.says(Proposal(status, message, before=Passing(2, 4), after=Passing(2, 4)))
    await editor.until(lambda: editor.messages)
    assert editor.messages == [message] and not editor.questions


async def test_a_change_outside_of_the_unit_is_never_applied(connect, project, source, clamp, revisions):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    run, _ = await searched(editor, revisions, uri, clamp)
    run.says(fixed(source, lambda text: mended(text).replace("return 1", "return 2")))
    await editor.until(lambda: editor.messages)
    assert "changes text outside of it" in editor.messages[0] and not editor.edits and not editor.questions


async def test_an_editor_that_cannot_apply_edits_says_so(connect, project, source, clamp, revisions):
    capabilities = client_capabilities("emacs")
    editor = await connect(capabilities=capabilities)
    del editor.client.protocol.fm.features["workspace/applyEdit"]
    editor.client.report_server_error = lambda *_: None
    uri = editor.open(project / "ranges.py")
    run, _ = await searched(editor, revisions, uri, clamp)
    run.says(fixed(source, mended))
    await editor.until(lambda: editor.messages)
    assert editor.messages[0].startswith("The editor did not apply the revision of clamp")


def three(source: str) -> Proposal:
    """A proposal with two alternatives."""
    others = [source.replace("value < high", text) for text in ("high < value", "value >= high")]
    alternatives = tuple(Alternative(f"diff {n}", 4, 4, -1.0, text) for n, text in enumerate(others))
    return fixed(source, mended, alternatives=alternatives)


async def test_alternatives_are_looked_through_before_one_is_applied(connect, project, source, clamp, revisions):
    editor = await connect(
        answers=("Next alternative", "Next alternative", "Next alternative", "Next alternative", "Apply")
    )
    uri = editor.open(project / "ranges.py")
    run, _ = await searched(editor, revisions, uri, clamp)
    run.says(three(source))
    await editor.until(lambda: "high < value" in editor.texts[uri])
    first, second, third, again, last = (question.message for question in editor.questions)
    assert first == again and second == last and len({first, second, third}) == 3
    assert "alternative 1, 4/4 tests. Not confirmed" in second


def drawing(profile: str = "visual-studio-code") -> types.ClientCapabilities:
    """An editor that draws proposals itself."""
    capabilities = client_capabilities(profile)
    capabilities.experimental = {"reloc": {"proposals": True}}
    return capabilities


async def test_an_editor_that_draws_proposals_is_told_all_and_asked_nothing(connect, project, source, clamp, revisions):
    editor = await connect(capabilities=drawing())
    uri = editor.open(project / "ranges.py")
    run, job = await searched(editor, revisions, uri, clamp)
    editor.type(uri, 0, "# typed meanwhile\n")
    run.says(three(source))
    await editor.until(lambda: editor.proposals)
    (proposal,) = editor.proposals
    assert (proposal["id"], proposal["uri"], proposal["version"], proposal["qualname"]) == (job, uri, 2, "clamp")
    assert (proposal["before"], proposal["after"]) == ({"passed": 2, "total": 4}, {"passed": 4, "total": 4})
    assert proposal["original"] == editor.texts[uri]
    best, _, last = proposal["choices"]
    assert best["revised"] == "# typed meanwhile\n" + mended(source) and last["diff"] == "diff 1"
    assert await editor.command("reloc.apply", job, 2) is True
    assert "value >= high" in editor.texts[uri] and editor.questions == []
    assert editor.closed == [{"id": job, "why": "applied"}]


async def test_an_editor_that_draws_proposals_hears_how_each_ended(connect, project, source, clamp, revisions):
    editor = await connect(capabilities=drawing())
    uri = editor.open(project / "ranges.py")
    jobs = []
    for _ in range(3):
        run, job = await searched(editor, revisions, uri, clamp)
        run.says(three(source))
        await editor.until(lambda: len(editor.proposals) > len(jobs))
        jobs.append(job)
    assert await editor.command("reloc.apply", jobs[2], 7) is False
    assert await editor.command("reloc.discard", jobs[2]) is True
    run, job = await searched(editor, revisions, uri, clamp)
    run.says(three(source))
    await editor.until(lambda: len(editor.proposals) == 4)
    editor.type(uri, source.index("value < high"), " ")
    assert await editor.command("reloc.apply", job) is False
    assert [(end["id"], end["why"]) for end in editor.closed] == [
        (jobs[0], "replaced"), (jobs[1], "replaced"), (jobs[2], "discarded"), (job, "stale"),
    ]  # fmt: skip
