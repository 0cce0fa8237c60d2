"""Starting the language server. Nothing heavy is imported before stdin and stdout are in safe hands."""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reloc_lsp.server.language_server import ReLocServer


def serve_stdio(log_level: str = "warning", log_file: Path | None = None) -> int:
    """Serve one editor over stdin and stdout; the exit status."""
    stdin, stdout = _claimed_stdio()
    _log_to(log_level, log_file)
    server = _new_server()
    from reloc_lsp.server.transport.connection import over_stdio

    return _run(over_stdio(server, stdin, stdout))


def serve_tcp(host: str, port: int, log_level: str = "warning", log_file: Path | None = None) -> int:
    """Wait for one editor on a TCP port and serve it; the exit status, 2 if the port cannot be had."""
    _log_to(log_level, log_file)
    server = _new_server()
    from reloc_lsp.server.transport.connection import over_tcp

    try:
        return _run(over_tcp(server, host, port))
    except OSError as error:
        sys.stderr.write(f"reloc-lsp cannot listen on {host} port {port}: {error.strerror or error}\n")
        return 2


def _claimed_stdio() -> tuple[int, int]:
    """Our own descriptors of the protocol's streams.

    Anything else in this process, and its children, then reads an empty stdin, and prints to stderr.
    """
    stdin, stdout = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return stdin, stdout


def _log_to(level: str, file: Path | None) -> None:
    complaint = None
    handler: logging.Handler = logging.StreamHandler(sys.stderr)
    if file is not None:
        try:
            handler = logging.FileHandler(file.expanduser(), encoding="utf-8")
        except OSError as error:
            complaint = f"The log file {file} cannot be written ({error.strerror}): the log goes to stderr."
    logging.basicConfig(
        level=level.upper(), handlers=[handler], format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    # pygls logs whole messages, and with them the user's source, one level below.
    logging.getLogger("pygls").setLevel(logging.WARNING)
    if complaint:
        logging.getLogger(__name__).warning("%s", complaint)


def _new_server() -> ReLocServer:
    # Importing the protocol's types makes some hundred thousand objects, none of them garbage.
    gc.disable()
    try:
        from reloc_lsp.server.factory import create_server
    finally:
        gc.enable()
    gc.freeze()
    return create_server()


def _run(serving: Coroutine[Any, Any, int]) -> int:
    import asyncio

    try:
        return asyncio.run(serving)
    except KeyboardInterrupt:
        return 130
