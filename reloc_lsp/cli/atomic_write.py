"""Writing a revision into the user's file: completely or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from reloc_lsp.cli.errors import CallError
from reloc_lsp.program.source_text import SourceText


def check_writable(path: Path, name: str) -> None:
    """Raise `CallError` if `path` may not be written; the message calls the file `name`."""
    if not os.access(path, os.W_OK):
        raise CallError(f"{name} may not be written (read-only): make it writable, or ask for --diff instead.")


def write_revision(path: Path, name: str, original: str, revised: str) -> None:
    """Replace the text of the file at `path`, which must still be `original`, with `revised`.

    Encoding, line ends and permissions stay, symbolic links are followed. Raises `CallError` if that is not possible;
    then the file is unchanged. The message calls the file `name`.
    """
    try:
        real = Path(os.path.realpath(path, strict=True))
        before = real.read_bytes()
        source = SourceText.decode(before)
    except (OSError, SyntaxError, UnicodeDecodeError) as error:
        raise CallError(f"{name} can no longer be read, nothing was written: {error}.") from error
    if source.text != original:
        raise CallError(f"{name} changed on disk since the search began, nothing was written: revise it again.")
    check_writable(real, name)
    try:
        _replace(real, before, source.encode(revised))
    except UnicodeEncodeError as error:
        raise CallError(f"The revision does not fit the encoding of {name}: {error}.") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise CallError(f"{name} could not be written ({reason}): it is unchanged.") from error


def _replace(path: Path, before: bytes, after: bytes) -> None:
    status = path.stat()
    # A new file in its place would lose its other hard links, or its owner.
    replaceable = status.st_nlink == 1 and status.st_uid == os.geteuid() if os.name == "posix" else True
    if replaceable and os.access(path.parent, os.W_OK):
        _write_temporary_and_rename(path, after, status.st_mode & 0o7777)
    else:
        _write_in_place(path, before, after)


def _write_temporary_and_rename(path: Path, data: bytes, mode: int) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _write_in_place(path: Path, before: bytes, after: bytes) -> None:
    with path.open("r+b", buffering=0) as file:
        try:
            _overwrite(file.fileno(), after)
        except OSError:
            # The blocks of the old text still belong to the file, so it fits even on a full disk.
            _overwrite(file.fileno(), before)
            raise


def _overwrite(handle: int, data: bytes) -> None:
    os.lseek(handle, 0, os.SEEK_SET)
    written = 0
    while written < len(data):
        written += os.write(handle, data[written:])
    os.ftruncate(handle, len(data))
    os.fsync(handle)
