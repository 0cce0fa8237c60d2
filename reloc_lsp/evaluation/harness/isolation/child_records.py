"""Records that a child sends to the fork server: one line of JSON each, after the child's nonce.

A candidate may write to the same pipe. It does not know the nonce, and what is not a record ends the child.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable

from ..protocol.codec import encode
from ..protocol.messages import RawRecord
from ..protocol.records import Record

MAX_RECORD_BYTES = 8 << 20
"""Bytes of one record; a longer one is cut and therefore rejected. Chosen by hand."""
MAX_NESTING = 50
"""Levels of lists and objects in a record. Records of the harness have fewer."""


class RecordSender:
    """Sends a child's records. It keeps everything it needs, because a candidate may change `os`."""

    def __init__(self, fd: int, nonce: str, write: Callable[[int, bytes], int] = os.write) -> None:
        self._fd = fd
        self._nonce = nonce.encode()
        self._write = write

    def __call__(self, record: Record) -> None:
        """Send one record."""
        data = self._nonce + encode(record)[:MAX_RECORD_BYTES] + b"\n"
        while data:
            data = data[self._write(self._fd, data) :]


def open_record(line: bytes, nonce: str) -> RawRecord | None:
    """The record in `line`, or `None` if this child did not send it as a record."""
    mark = nonce.encode()
    if not line.startswith(mark):
        return None
    try:
        record = json.loads(line[len(mark) :])
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) and not _is_deep(line, record) else None


def _is_deep(line: bytes, record: object) -> bool:
    """Whether a record is nested so deeply that encoding it again could fail."""
    if line.count(b"[") + line.count(b"{") <= MAX_NESTING:
        return False
    level = [record]
    for _ in range(MAX_NESTING):
        level = [inner for value in level for inner in _containers_in(value)]
        if not level:
            return False
    return True


def _containers_in(value: object) -> list[object]:
    found = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [inner for inner in found if isinstance(inner, (dict, list))]
