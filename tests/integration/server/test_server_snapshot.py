"""The snapshot of a search: the workspace folder and the unsaved text."""

from __future__ import annotations

from lsprotocol import types


async def snapshot_of(editor, revisions, uri, line):
    await editor.revise(uri, line)
    return (await revisions.started()).snapshot


async def test_the_snapshot_contains_unsaved_text_only(connect, project, source, clamp, revisions):
    (project / "helper.py").write_bytes(b"x = 1\r\n")
    editor = await connect()
    uri = editor.open(project / "ranges.py")
    editor.open(project / "helper.py")
    editor.open_uri("untitled:Untitled-1", "y = 1\n")
    snapshot = await snapshot_of(editor, revisions, uri, clamp)
    assert (snapshot.root, dict(snapshot.unsaved)) == (project, {})
    editor.replace(uri, source + "# typed\n")
    editor.open(project / "new.py", "z = 1\n")
    snapshot = await snapshot_of(editor, revisions, uri, clamp)
    assert dict(snapshot.unsaved) == {
        project / "ranges.py": source + "# typed\n",
        project / "new.py": "z = 1\n",
    }


async def test_a_saved_file_in_its_declared_encoding_is_not_unsaved(connect, project, revisions):
    text = "# -*- coding: latin-1 -*-\n\n\ndef f():\n    return 'é'\n"
    (project / "old.py").write_bytes(text.encode("latin-1"))
    editor = await connect()
    uri = editor.open(project / "old.py", text)
    assert not (await snapshot_of(editor, revisions, uri, 3)).unsaved


async def test_the_innermost_folder_is_the_root(connect, tmp_path, source, clamp, revisions):
    inner = tmp_path / "outer" / "inner é"
    inner.mkdir(parents=True)
    (inner / "ranges.py").write_bytes(source.encode())
    (tmp_path / "outer" / "other.py").write_text("unrelated = 1\n")
    folders = [types.WorkspaceFolder(path.as_uri(), path.name) for path in (tmp_path / "outer", inner)]
    editor = await connect(workspace_folders=folders)
    editor.open(tmp_path / "outer" / "other.py", "unsaved = 1\n")
    uri = editor.open(inner / "ranges.py")
    snapshot = await snapshot_of(editor, revisions, uri, clamp)
    assert snapshot.root == inner and not snapshot.unsaved


async def test_without_folders_the_project_of_the_file_is_the_root(connect, tmp_path, source, clamp, revisions):
    package = tmp_path / "project" / "src" / "package"
    package.mkdir(parents=True)
    (package / "ranges.py").write_bytes(source.encode())
    editor = await connect(root=None)
    uri = editor.open(package / "ranges.py")
    (tmp_path / "project" / "pyproject.toml").touch()
    assert (await snapshot_of(editor, revisions, uri, clamp)).root == tmp_path / "project"


async def test_the_root_uri_of_older_editors_is_a_folder(connect, project, clamp, revisions):
    (project / "pyproject.toml").touch()
    editor = await connect(root=None, root_uri=project.parent.as_uri())
    uri = editor.open(project / "ranges.py")
    assert (await snapshot_of(editor, revisions, uri, clamp)).root == project.parent


async def test_a_folder_added_later_is_used(connect, project, source, clamp, revisions, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "ranges.py").write_bytes(source.encode())
    editor = await connect()
    event = types.WorkspaceFoldersChangeEvent([types.WorkspaceFolder(other.as_uri(), "other")], [])
    editor.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))
    uri = editor.open(other / "ranges.py")
    assert (await snapshot_of(editor, revisions, uri, clamp)).root == other
