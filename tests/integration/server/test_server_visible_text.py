"""What an editor only shows is visible text, and what to check in a revision is named wherever it is shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import repaired
from pytest_lsp import client_capabilities
from scripted_revision import fixed, progress

from reloc_lsp.revision import Alternative
from reloc_lsp.revision.proposal import NewPower

HOSTILE = "\x1b[2J\u202e\u2028" + " " * 180 + "x"
SHOWN = r"\x1b[2J\u202e\u2028<180 blanks>x"
POWERS = "New powers: writes files (os.remove in line 9, not run by any test)."
PLAIN = "No test ran line 9 of the revision."


def hostile(source: str) -> str:
    return repaired(source).replace("the bug", "the bug " + HOSTILE)


@pytest.fixture
def proposal(source):
    powers = (NewPower("writes-files", "os.remove", 9, ran=False),)
    other = Alternative("", 4, 4, 0.0, repaired(source), cautions=(PLAIN,))
    return fixed(
        source, hostile, why=(f"{HOSTILE} was changed.",), cautions=(POWERS,), powers=powers, hides_text=True,
        alternatives=(other,), notes=(HOSTILE,),
    )  # fmt: skip


def held(texts) -> str:
    text = "\n".join(map(str, texts))
    assert "\x1b" not in text and "\u202e" not in text and "\u2028" not in text and " " * 100 not in text
    return text


def reports(editor, token) -> list[str]:
    """The messages of a progress, its title among them."""
    values = editor.progress(token)
    return [str(getattr(value, name, "")) for value in values for name in ("title", "message")]


async def test_messages_progress_hovers_and_titles(connect, project, revisions, clamp, proposal, source):
    editor = await connect("neovim", answers=(None,))
    uri = editor.open(project / "ranges.py")
    token = await editor.revise(uri, clamp)
    run = await revisions.started()
    run.emit(progress(0.5, message=f"the model {HOSTILE} answers"))
    await editor.until(lambda: any(SHOWN in text for text in reports(editor, token)))
    assert SHOWN in held(status["message"] for status in (await editor.status())["searches"])
    run.emit(proposal)
    await editor.until(lambda: editor.questions and editor.client.diagnostics.get(uri))
    held(reports(editor, token))
    question = held([editor.questions[0].message])
    assert question.index(POWERS) < question.index(SHOWN), "what is to be checked comes first"
    (diagnostic,) = editor.client.diagnostics[uri]
    assert SHOWN in held([diagnostic.message]) and POWERS in diagnostic.message
    hover = held([(await editor.hover(uri, clamp)).contents.value])
    assert f"+    if value > high: return high  # é🙂 the bug {SHOWN}" in hover, "the diff"
    titles = [action.title for action in await editor.actions(uri, clamp, diagnostics=[diagnostic])]
    assert "Apply ReLoc's revision of clamp (new powers, hidden text)" in titles
    held([message.message for message in editor.client.log_messages])


async def test_the_next_alternative_has_its_own_cautions(connect, project, revisions, clamp, proposal):
    editor = await connect("neovim", answers=("Next alternative", None))
    uri = editor.open(project / "ranges.py")
    await editor.revise(uri, clamp)
    (await revisions.started()).emit(proposal)
    await editor.until(lambda: len(editor.questions) == 2)
    assert PLAIN in editor.questions[1].message and POWERS not in editor.questions[1].message


async def test_the_diff_in_an_editor_is_visible_and_the_edit_is_the_real_text(
    connect, project, revisions, clamp, proposal, source
):
    editor = await connect("visual-studio-code", answers=("Show diff", "Apply"))
    uri = editor.open(project / "ranges.py")
    await editor.revise(uri, clamp)
    (await revisions.started()).emit(proposal)
    await editor.until(lambda: editor.texts[uri] == hostile(source))
    (shown,) = editor.client.shown_documents
    assert SHOWN in held([Path(shown.uri.removeprefix("file://")).read_text()])


async def test_an_editor_that_displays_proposals_receives_the_cautions_of_each(
    connect, project, revisions, clamp, proposal, source
):
    capabilities = client_capabilities("neovim")
    capabilities.experimental = {"reloc": {"proposals": True}}
    editor = await connect(capabilities=capabilities)
    uri = editor.open(project / "ranges.py")
    await editor.revise(uri, clamp)
    (await revisions.started()).emit(proposal)
    await editor.until(lambda: editor.proposals)
    params = editor.proposals[0]
    best, other = params["choices"]
    assert (best["cautions"], other["cautions"]) == ([POWERS], [PLAIN])
    assert best["revised"] == hostile(source), "the text to apply is the real one"
    held([best["message"], params["message"], *params["why"], *params["notes"]])
    assert params["notes"] == [POWERS, SHOWN]
