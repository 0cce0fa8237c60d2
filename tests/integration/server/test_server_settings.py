"""Settings: where they come from, which one wins, and how invalid ones are reported."""

from __future__ import annotations

import asyncio
import logging

import pytest
from lsprotocol import types

LIMIT = {"budget": {"evaluations": 7}}


async def settings_of(editor, revisions, file, line):
    uri = file.as_uri()
    if uri not in editor.texts:
        editor.open(file)
    await editor.revise(uri, line)
    return (await revisions.started()).settings


@pytest.mark.parametrize("options", [LIMIT, {"reloc": LIMIT}, {"settings": LIMIT}, {"settings": {"reloc": LIMIT}}])
async def test_initialization_options(connect, project, clamp, revisions, options):
    editor = await connect(initialization_options=options)
    settings = await settings_of(editor, revisions, project / "ranges.py", clamp)
    assert settings.budget.evaluations == 7
    assert not editor.messages


async def test_the_precedence_of_the_layers(connect, project, clamp, revisions):
    (project / "pyproject.toml").write_text(
        "[tool.reloc]\nbudget = {seconds = 1, evaluations = 1, calls = 1, tokens = 1}\n"
    )
    editor = await connect(
        initialization_options={"budget": {"evaluations": 2, "calls": 2, "tokens": 2}},
    )
    editor.client.set_configuration({"budget": {"calls": 3, "tokens": 3}}, section="reloc")
    pushed = {"reloc": {"budget": {"tokens": 4}}}
    editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(pushed))
    budget = (await settings_of(editor, revisions, project / "ranges.py", clamp)).budget
    assert (budget.seconds, budget.evaluations, budget.calls, budget.tokens) == (1, 2, 3, 4)
    editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))
    budget = (await settings_of(editor, revisions, project / "ranges.py", clamp)).budget
    assert budget.tokens == 3, "the latest notification replaces earlier ones"


async def test_invalid_settings_are_reported_once_and_the_default_is_used(connect, project, clamp, revisions):
    editor = await connect(initialization_options={"budget": {"seconds": "soon"}, "serach": {}})
    default = await settings_of(editor, revisions, project / "ranges.py", clamp)
    assert default.budget.seconds == 60
    await settings_of(editor, revisions, project / "ranges.py", clamp)
    assert len(editor.messages) == 2
    assert "budget.seconds is 'soon', but must be a number" in editor.messages[0]
    assert "Did you mean search?" in editor.messages[1]


@pytest.mark.parametrize("options", [[1], "fast", {"settings": 3}, {"reloc": []}])
async def test_options_of_the_wrong_shape_are_reported_and_ignored(connect, project, clamp, revisions, options):
    editor = await connect(initialization_options=options)
    settings = await settings_of(editor, revisions, project / "ranges.py", clamp)
    assert settings.budget.seconds == 60
    assert len(editor.messages) == 1 and "must be a table of settings" in editor.messages[0]


async def test_a_workspace_cannot_choose_the_interpreter(connect, project, clamp, revisions):
    (project / "pyproject.toml").write_text('[tool.reloc.evaluation]\ninterpreter = "/tmp/evil"\n')
    editor = await connect()
    settings = await settings_of(editor, revisions, project / "ranges.py", clamp)
    assert settings.evaluation.interpreter is None
    assert "may be set by the user only" in editor.messages[0]


async def test_each_folder_has_settings_of_its_own(connect, tmp_path, source, clamp, revisions):
    folders = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "ranges.py").write_bytes(source.encode())
        folders.append(types.WorkspaceFolder((tmp_path / name).as_uri(), name))
    editor = await connect(workspace_folders=folders)
    for number, folder in enumerate(folders):
        value = {"reloc": {"evaluation": {"interpreter": f"/env/{number}/python"}}}
        editor.client.set_configuration(value, scope_uri=folder.uri)
    editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))
    for number, name in enumerate(("one", "two")):
        settings = await settings_of(editor, revisions, tmp_path / name / "ranges.py", clamp)
        assert settings.evaluation.interpreter == f"/env/{number}/python"


async def test_the_search_does_not_wait_long_for_the_settings(connect, project, clamp, revisions, monkeypatch):
    monkeypatch.setattr("reloc_lsp.server.session.configuration.Configuration.ready.__defaults__", (0.05,))
    editor = await connect()

    async def silent(params: types.ConfigurationParams) -> None:
        await asyncio.Event().wait()

    editor.client.protocol.fm.features[types.WORKSPACE_CONFIGURATION] = silent
    editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))
    assert (await settings_of(editor, revisions, project / "ranges.py", clamp)).budget.seconds == 60


async def test_the_server_registers_for_changed_settings_if_the_editor_supports_it(connect):
    editor = await connect("visual-studio-code")
    await editor.until(lambda: editor.registrations)
    assert [r.method for r in editor.registrations] == ["workspace/didChangeConfiguration"]
    other = await connect("neovim")
    await other.command("reloc.debugInformation")
    assert not other.registrations


async def test_the_log_level_changes_while_the_server_runs(connect, revisions):
    editor = await connect()
    logger = logging.getLogger("reloc_lsp")
    for level, effective in (("debug", logging.DEBUG), ("error", logging.ERROR), (None, logging.root.level)):
        pushed = {"reloc": {"editor": {"log_level": level}}}
        editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(pushed))
        async with asyncio.timeout(60):
            while logger.getEffectiveLevel() != effective:
                await asyncio.sleep(0)


async def test_no_code_of_an_untrusted_workspace_is_run(connect, project, clamp, revisions):
    editor = await connect(initialization_options={"editor": {"trusted": False, "on_save": "propose"}})
    uri = editor.open(project / "ranges.py")
    await editor.revise(uri, clamp)
    assert "This workspace is not trusted" in editor.messages[-1]
    assert (await editor.command("reloc.status"))["searches"] == []
    pushed = {"reloc": {"editor": {"trusted": True}}}
    editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(pushed))
    assert await editor.revise(uri, clamp)
    await revisions.started()
