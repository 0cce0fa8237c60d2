"""Different spellings of a URI and symbolic links lead to the same file, text and settings."""

from __future__ import annotations

import pytest
from conftest import repaired
from lsprotocol import types
from scripted_revision import fixed

SPELLINGS = {
    "letters percent-encoded": lambda uri: uri.replace("ranges", "r%61nges"),
    "lower-case digits": lambda uri: uri.replace("%C3%A9", "%c3%a9"),
    "nothing encoded": lambda uri: uri.replace("%20", " ").replace("%C3%A9", "é"),
}


@pytest.mark.parametrize("how", SPELLINGS)
async def test_a_document_is_found_by_other_spellings_of_its_uri(connect, tmp_path, source, clamp, revisions, how):
    folder = tmp_path / "a folder é"
    folder.mkdir()
    (folder / "ranges.py").write_bytes(b"old = 1\n")
    editor = await connect(root=folder)
    uri = SPELLINGS[how]((folder / "ranges.py").as_uri())
    assert uri != (folder / "ranges.py").as_uri()
    editor.open_uri(uri, source)
    assert await editor.command("reloc.revise", (folder / "ranges.py").as_uri(), clamp)
    run = await revisions.started()
    assert dict(run.snapshot.unsaved) == {folder / "ranges.py": source}
    run.emit(fixed(source, repaired))
    await editor.until(lambda: editor.texts[uri] == repaired(source))


@pytest.mark.parametrize("linked", ["folder", "document"])
async def test_a_document_behind_a_symbolic_link_belongs_to_its_folder(
    connect, tmp_path, project, source, clamp, revisions, linked
):
    link = tmp_path / "link"
    link.symlink_to(project, target_is_directory=True)
    (project / "inner").mkdir()
    (project / "inner" / "ranges.py").write_bytes(source.encode())
    root, way = (link, project) if linked == "folder" else (project, link)
    editor = await connect(root=root)
    editor.open(way / "ranges.py", "typed = 1\n")
    uri = editor.open(way / "inner" / "ranges.py")
    await editor.revise(uri, clamp)
    run = await revisions.started()
    assert (run.snapshot.root, dict(run.snapshot.unsaved)) == (root, {root / "ranges.py": "typed = 1\n"})
    run.emit(fixed(source, repaired, file="inner/ranges.py"))
    await editor.until(lambda: editor.texts[uri] == repaired(source))


async def test_the_settings_of_a_folder_are_requested_with_the_editors_uri(connect, tmp_path, clamp, source, revisions):
    folder = tmp_path / "a@b"
    folder.mkdir()
    (folder / "ranges.py").write_bytes(source.encode())
    spelled = folder.as_uri().replace("%40", "@")
    editor = await connect(workspace_folders=[types.WorkspaceFolder(spelled, "a@b")])
    editor.client.set_configuration({"reloc": {"budget": {"evaluations": 9}}}, scope_uri=spelled)
    editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))
    await editor.revise(editor.open(folder / "ranges.py"), clamp)
    assert (await revisions.started()).settings.budget.evaluations == 9


async def test_of_two_documents_that_are_one_file_the_one_that_was_asked_for_counts(
    connect, project, clamp, source, revisions
):
    (project / "real").mkdir()
    (project / "real" / "ranges.py").write_bytes(source.encode())
    (project / "linked").symlink_to("real", target_is_directory=True)
    editor = await connect(root=project)
    typed = source.replace("return 1", "return 2")
    uri = editor.open(project / "real" / "ranges.py", typed)
    editor.open(project / "linked" / "ranges.py", "def half_typed(:")
    await editor.revise(uri, clamp)
    assert dict((await revisions.started()).snapshot.unsaved) == {project / "real" / "ranges.py": typed}
