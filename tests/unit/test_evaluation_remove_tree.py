"""Directories are removed or emptied, however a candidate left them."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path

from reloc_lsp.evaluation.harness.isolation.remove_tree import empty_directory, remove_tree


def test_links_are_not_followed(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o750)
    (outside / "kept").write_text("x")
    locked = tmp_path / "own" / "locked"
    locked.mkdir(parents=True)
    (locked / "link").symlink_to(outside)
    locked.chmod(0o500)
    remove_tree(str(tmp_path / "own"))
    assert not (tmp_path / "own").exists()
    assert stat.S_IMODE(outside.stat().st_mode) == 0o750 and (outside / "kept").exists()


def test_nested_locked_directories_are_removed_by_an_ordinary_user():
    top = Path(tempfile.mkdtemp())
    inner = top / "a" / "b"
    inner.mkdir(parents=True)
    for directory in (inner, inner.parent):
        directory.chmod(0)
    if os.geteuid() == 0:  # root ignores permissions
        for directory in (top, top / "a", top / "a" / "b"):
            os.chown(directory, 65534, 65534)
        pid = os.fork()
        if pid == 0:
            os.setuid(65534)
            with contextlib.suppress(OSError):
                remove_tree(str(top))
            os._exit(0)
        os.waitpid(pid, 0)
    else:
        remove_tree(str(top))
    assert not top.exists()


def test_a_very_deeply_nested_directory_is_removed(tmp_path, monkeypatch):
    directory = tmp_path / "own"
    directory.mkdir()
    monkeypatch.chdir(directory)
    for _ in range(3000):
        os.mkdir("d")
        os.chdir("d")
    os.chdir(tmp_path)
    remove_tree(str(directory))
    assert not directory.exists()


def test_emptying_keeps_the_directory_and_does_not_follow_a_link_in_its_place(tmp_path):
    own, outside = tmp_path / "own", tmp_path / "outside"
    own.mkdir()
    outside.mkdir()
    (own / "file").touch()
    (outside / "kept").touch()
    number = own.stat().st_ino
    empty_directory(str(own))
    assert own.stat().st_ino == number and not list(own.iterdir())
    own.rmdir()
    own.symlink_to(outside)
    empty_directory(str(own))
    assert own.is_dir() and not own.is_symlink() and (outside / "kept").exists()
