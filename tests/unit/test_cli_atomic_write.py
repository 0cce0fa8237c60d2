import errno
import os

import pytest

from reloc_lsp.cli import atomic_write
from reloc_lsp.cli.atomic_write import write_revision
from reloc_lsp.cli.errors import CallError

LATIN = "# -*- coding: latin-1 -*-\r\n# café\r\nx = 1\r\n"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "m.py"
    path.write_bytes(LATIN.encode("latin-1"))
    path.chmod(0o640)
    return path


def test_encoding_line_ends_and_permissions_stay(file):
    write_revision(file, "m.py", LATIN, LATIN.replace("x = 1", "x = 2"))
    assert file.read_bytes() == LATIN.encode("latin-1").replace(b"x = 1", b"x = 2")
    assert file.stat().st_mode & 0o777 == 0o640
    assert os.listdir(file.parent) == ["m.py"]


def test_byte_order_mark_stays(tmp_path):
    path = tmp_path / "m.py"
    path.write_bytes(b"\xef\xbb\xbfx = 1\n")
    write_revision(path, "m.py", "x = 1\n", "x = 2\n")
    assert path.read_bytes() == b"\xef\xbb\xbfx = 2\n"


def test_symbolic_link_is_followed(file):
    link = file.parent / "link.py"
    link.symlink_to("m.py")
    write_revision(link, "link.py", LATIN, LATIN + "y = 2\n")
    assert link.is_symlink() and file.read_bytes().endswith(b"y = 2\n")


def test_hard_links_of_the_file_see_the_change(file):
    os.link(file, file.parent / "again.py")
    write_revision(file, "m.py", LATIN, "short\n")
    assert (file.parent / "again.py").read_bytes() == b"short\n"


def test_a_file_changed_on_disk_is_not_overwritten(file):
    file.write_bytes(b"something else\n")
    with pytest.raises(CallError, match=r"m\.py changed on disk"):
        write_revision(file, "m.py", LATIN, "x = 2\n")
    assert file.read_bytes() == b"something else\n"


def test_a_deleted_file_is_an_error(file):
    file.unlink()
    with pytest.raises(CallError, match=r"m\.py can no longer be read"):
        write_revision(file, "m.py", LATIN, "x = 2\n")


def test_characters_that_the_encoding_lacks_are_an_error(file):
    with pytest.raises(CallError, match=r"encoding of m\.py"):
        write_revision(file, "m.py", LATIN, LATIN + "# \u20ac\n")
    assert file.read_bytes() == LATIN.encode("latin-1")


def test_a_read_only_file_is_an_error(file, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(CallError, match=r"m\.py may not be written"):
        write_revision(file, "m.py", LATIN, "x = 2\n")


@pytest.mark.parametrize("linked", [False, True], ids=["new-file", "in-place"])
def test_a_full_disk_leaves_the_file_unchanged(file, monkeypatch, linked):
    if linked:
        os.link(file, file.parent / "again.py")
    real_write = os.write

    def full(handle, data):
        if len(data) > len(LATIN):
            raise OSError(errno.ENOSPC, "No space left on device")
        return real_write(handle, data)

    def full_sync(handle):
        if os.fstat(handle).st_size > len(LATIN):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(atomic_write.os, "write", full)
    monkeypatch.setattr(atomic_write.os, "fsync", full_sync)
    with pytest.raises(CallError, match=r"m\.py could not be written \(No space left"):
        write_revision(file, "m.py", LATIN, LATIN + "more = 1\n")
    assert file.read_bytes() == LATIN.encode("latin-1")
    assert sorted(os.listdir(file.parent)) == (["again.py", "m.py"] if linked else ["m.py"])
