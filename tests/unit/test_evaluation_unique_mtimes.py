"""Files of the copy are written, each with a modification time of its own."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from reloc_lsp.evaluation.workspace.unique_mtimes import UniqueMtimeWriter


def test_no_two_contents_have_the_same_modification_time(tmp_path):
    writer, times = UniqueMtimeWriter(), set()
    for content in (b"1", b"2", b"3"):
        writer.write(tmp_path / "m.py", content)
        times.add((tmp_path / "m.py").stat().st_mtime)
    assert len(times) == 3


def test_an_ordinary_user_can_write_the_copy_of_a_read_only_file():
    folder = Path(tempfile.mkdtemp())
    file = folder / "m.py"
    file.write_bytes(b"before")
    file.chmod(0o444)
    if os.geteuid() == 0:  # root ignores permissions
        for path in (folder, file):
            os.chown(path, 65534, 65534)
        if os.fork() == 0:
            os.setuid(65534)
            try:
                UniqueMtimeWriter().write(file, b"after")
            finally:
                os._exit(0)
        os.wait()
    else:
        UniqueMtimeWriter().write(file, b"after")
    assert file.read_bytes() == b"after"
    shutil.rmtree(folder)
