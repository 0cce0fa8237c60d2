"""The parser process: reads requests from standard input, parses replies, and writes what it found.

A request and its answer are JSON objects, each behind its length in four bytes (big-endian). The process ends when its
standard input ends, and so with the process that started it.
"""

from __future__ import annotations

import contextlib
import json
import math
import struct
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import IO

from reloc_lsp.language_model.replies.reply_parser import parse_reply

with contextlib.suppress(ImportError):  # Windows, where only the caller's timeout ends a parse.
    import resource

MAX_CPU_SECONDS = 4
"""CPU seconds for one reply; a longer parse is killed. An honest reply takes some milliseconds. Chosen by hand."""
MAX_MEMORY = 1 << 30
"""Bytes of address space of the process, which has 30 MiB before it parses. Chosen by hand."""


def frame(message: Mapping[str, object]) -> bytes:
    """The bytes of one message."""
    body = json.dumps(message).encode("ascii")
    return struct.pack(">I", len(body)) + body


def read_frame(stream: IO[bytes]) -> dict[str, object] | None:
    """The next message; `None` at the end of the stream."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    body = stream.read(struct.unpack(">I", head)[0])
    message: dict[str, object] = json.loads(body)
    return message


def main() -> None:
    """Answer requests until standard input ends."""
    _limit("RLIMIT_AS", MAX_MEMORY)
    _limit("RLIMIT_CORE", 0)
    while (request := read_frame(sys.stdin.buffer)) is not None:
        _limit("RLIMIT_CPU", math.ceil(time.process_time()) + MAX_CPU_SECONDS)
        reply = parse_reply(
            text=str(request["text"]),
            original=str(request["original"]),
            parent=str(request["parent"]),
            complete=bool(request["complete"]),
        )
        sys.stdout.buffer.write(frame(asdict(reply)))
        sys.stdout.buffer.flush()


def _limit(name: str, value: int) -> None:
    """Lower the soft limit of a resource to `value`, where the system has it."""
    if "resource" not in globals():
        return
    limit = getattr(resource, name)
    _, hard = resource.getrlimit(limit)
    # macOS refuses some limits.
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(limit, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))
