"""`textDocument/codeAction`: where there are actions, and how fast the server answers."""

from __future__ import annotations

import time

import pytest
from lsprotocol import types
from pytest_lsp import client_capabilities
from scripted_revision import progress

AUTOMATIC = types.CodeActionTriggerKind.Automatic
TITLE = "Revise with ReLoc"
PROFILES = ["visual-studio-code", "neovim", "emacs"]


@pytest.mark.parametrize("profile", PROFILES)
async def test_the_action_is_a_command_on_every_line_of_a_function(connect, project, source, clamp, profile):
    editor = await connect(profile)
    uri = editor.open(project / "ranges.py")
    for line in range(clamp, clamp + 5):
        (action,) = await editor.repairs(uri, line)
        assert (action.title, action.kind) == ("Revise with ReLoc", "refactor.rewrite.reloc")
        assert action.edit is None
        assert list(action.command.arguments) == [uri, line, 1]


async def test_functions_and_classes_have_the_action_and_other_lines_that_of_the_file(connect, project, revisions):
    editor = await connect()
    uri = editor.open(project / "ranges.py", "class A:\n    x = 1\n\n    def f(self):\n        return 2\n\n\ny = 3\n")
    titles = [[action.title for action in await editor.repairs(uri, line)] for line in range(8)]
    unit, file = ["Revise with ReLoc"], ["Revise the most suspicious function of this file with ReLoc"]
    assert titles == [unit, file, file, unit, unit, file, file, file]
    automatic = [line for line in range(8) if await editor.actions(uri, line, trigger_kind=AUTOMATIC)]
    assert automatic == [0, 3]
    await editor.revise(uri, 0)
    assert (await revisions.started()).target.line == 1
    await editor.revise(uri, 7)
    target = (await revisions.started()).target
    assert (target.file, target.line, target.qualname) == (project / "ranges.py", None, None)


async def test_a_file_without_functions_has_no_action(connect, project):
    editor = await connect()
    assert await editor.actions(editor.open(project / "ranges.py", "x = 1\n"), 0) == []


async def test_actions_that_use_a_model_have_the_llm_tag_if_the_editor_supports_it(connect, project, clamp):
    options = {"reloc": {"model": {"name": "tiny"}}}
    for supported in (True, False):
        capabilities = client_capabilities("visual-studio-code")
        if supported:
            tags = types.CodeActionTagOptions([types.CodeActionTag.LlmGenerated])
            capabilities.text_document.code_action.tag_support = tags
        for given in (options, None):
            editor = await connect(capabilities=capabilities, initialization_options=given)
            (action,) = await editor.repairs(editor.open(project / "ranges.py"), clamp)
            assert list(action.tags or []) == ([types.CodeActionTag.LlmGenerated] if supported and given else [])


async def test_only_requested_kinds_are_returned(connect, project, clamp):
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    for only, wanted in [
        ("", 1), ("refactor", 1), ("refactor.rewrite", 1), ("refactor.rewrite.reloc", 1),
        ("refactor.rewrite.reloc.deep", 0), ("refactor.re", 0), ("quickfix", 0), ("source.fixAll", 0),
    ]:  # fmt: skip
        assert len(await editor.repairs(uri, clamp, only=[only])) == wanted, only


async def test_automatic_requests_get_actions_only_on_the_line_of_the_definition(connect, project):
    editor = await connect()
    uri = editor.open(project / "ranges.py", "@cache\ndef f():\n    return 1  # def\n")
    lines = [line for line in range(3) if await editor.actions(uri, line, trigger_kind=AUTOMATIC)]
    assert lines == [1]
    assert await editor.actions(uri, 0) and await editor.actions(uri, 2)


@pytest.mark.parametrize(
    "uri, reason",
    [
        ("untitled:Untitled-1", "save this document"),
        ("vscode-notebook-cell:/a/b.ipynb#W0", "a cell of a notebook"),
        ("git:/a/ranges.py", "Open the file itself"),
    ],
)
async def test_only_files_are_revised(connect, source, clamp, uri, reason):
    editor = await connect()
    editor.open_uri(uri, source)
    (action,) = await editor.repairs(uri, clamp)
    assert reason in action.disabled.reason and action.command is None
    assert await editor.actions(uri, clamp, trigger_kind=AUTOMATIC) == []
    assert await editor.command("reloc.revise", uri, "clamp", 1) is None
    assert reason in editor.messages[-1]


async def test_a_syntax_error_disables_the_action(connect, project, source, clamp):
    editor = await connect()
    uri = editor.open(project / "ranges.py", source.replace("low, high):", "low, high:"))
    (action,) = await editor.repairs(uri, clamp)
    assert "fix its syntax" in action.disabled.reason
    editor.replace(uri, source)
    (action,) = await editor.repairs(uri, clamp)
    assert action.disabled is None


async def test_without_support_for_disabled_actions_none_is_returned(connect, source, clamp):
    editor = await connect("emacs")
    editor.open_uri("untitled:Untitled-1", source)
    assert await editor.actions("untitled:Untitled-1", clamp) == []


async def test_a_revision_in_a_file_with_a_syntax_error_is_refused_in_one_sentence(connect, project, source, clamp):
    editor = await connect()
    uri = editor.open(project / "ranges.py", source + "def broken(:\n")
    (action,) = await editor.repairs(uri, clamp)
    assert await editor.command(action.command.command, *action.command.arguments) is None
    assert "ranges.py cannot be parsed" in editor.messages[-1]


async def test_a_def_inside_a_string_is_part_of_its_function(connect, project, revisions):
    editor = await connect()
    uri = editor.open(project / "ranges.py", 'def f():\n    x = """\ndef g():\n    pass\n"""\n    return x\n\n\ny = 1')
    lines = [line for line in range(9) for action in await editor.actions(uri, line) if action.title == TITLE]
    assert lines == [0, 1, 2, 3, 4, 5]
    await editor.revise(uri, 5)
    assert (await revisions.started()).target.line == 1


async def test_a_getter_and_its_setter_are_different_units(connect, project, revisions):
    text = (
        "class A:\n    @property\n    def x(self):\n        return 1\n\n"
        "    @x.setter\n    def x(self, value):\n        pass\n"
    )
    editor = await connect()
    uri = editor.open(project / "ranges.py", text)
    await editor.revise(uri, 3)
    assert (await revisions.started()).target.line == 3
    await editor.revise(uri, 7)
    assert (await revisions.started()).target.line == 7


async def test_without_action_literals_the_bare_command_is_returned(connect, project, clamp):
    capabilities = types.ClientCapabilities(window=types.WindowClientCapabilities(work_done_progress=True))
    editor = await connect(capabilities=capabilities)
    uri = editor.open(project / "ranges.py")
    (command,) = await editor.repairs(uri, clamp)
    assert (command.title, command.command) == ("Revise with ReLoc", "reloc.revise")


@pytest.mark.parametrize("separator", ["\f", "\v", "\x1c", "\x85", "\u2028"])
async def test_edits_below_characters_that_do_not_end_a_line(connect, project, separator):
    alone = separator if separator == "\f" else ""
    text = f"a = 1\n{alone}\nb = '{separator}'\r\n\n\ndef f():\n    return 1\n"
    editor = await connect("neovim")
    uri = editor.open(project / "ranges.py", text)
    editor.type(uri, text.index("return 1"), "x = '🙂'; ")
    editor.type(uri, editor.texts[uri].index("return 1") + 7, "2", delete=1)
    line = editor.texts[uri].replace("\r\n", "\n").split("\n").index("def f():")
    assert await editor.actions(uri, line)
    assert TITLE not in [action.title for action in await editor.actions(uri, line - 1)]
    assert editor.session.server.session.documents.open_document(uri).source == editor.texts[uri]


async def test_code_actions_in_a_large_file_are_fast_after_each_edit(connect, project, source, clamp, revisions):
    editor = await connect()
    big = source + "".join(f"\n\ndef f{i}(a, b):\n    return a + b * {i}\n" for i in range(2500))
    uri = editor.open(project / "ranges.py", big)
    await editor.revise(uri, clamp)
    run = await revisions.started()
    times = []
    for step in range(20):
        editor.type(uri, len(editor.texts[uri]), "# typed\n")
        run.emit(progress(step / 20))
        start = time.process_time()
        assert await editor.actions(uri, clamp)
        times.append(time.process_time() - start)
    assert sorted(times)[10] < 0.02
