"""Starts the language server. Nothing large is imported before stdin and stdout are reserved for the protocol."""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reloc_lsp.program.shown_text.visible_text import VisibleFormatter

if TYPE_CHECKING:
    from reloc_lsp.server.language_server import ReLocServer


def serve_stdio(log_level: str = "warning", log_file: Path | None = None) -> int:
    """Serve one editor over stdin and stdout; the exit status of the process."""
    stdin, stdout = _reserved_stdio()
    _set_up_logging(log_level, log_file)
    server = _new_server()
    from reloc_lsp.server.transport.connection import over_stdio

    return _run(over_stdio(server, stdin, stdout))


def serve_tcp(host: str, port: int, log_level: str = "warning", log_file: Path | None = None) -> int:
    """Wait for one editor on a TCP port and serve it; the exit status, 2 if the server cannot listen there."""
    _set_up_logging(log_level, log_file)
    server = _new_server()
    from reloc_lsp.server.transport.connection import over_tcp

    try:
        return _run(over_tcp(server, host, port))
    except OSError as error:
        sys.stderr.write(f"reloc-lsp cannot listen on {host} port {port}: {error.strerror or error}\n")
        return 2


def _reserved_stdio() -> tuple[int, int]:
    """New file descriptors of stdin and stdout, for the protocol alone.

    Everything else in this process and its children then reads an empty stdin, and prints to stderr.
    """
    stdin, stdout = os.dup(0), os.dup(1)
    devnull = os.open(os.devnull, os.O_RDONLY)
    os.dup2(devnull, 0)
    os.close(devnull)
    os.dup2(2, 1)
    return stdin, stdout


def _set_up_logging(level: str, file: Path | None) -> None:
    problem = None
    handler: logging.Handler = logging.StreamHandler(sys.stderr)
    if file is not None:
        try:
            handler = logging.FileHandler(file.expanduser(), encoding="utf-8")
        except OSError as error:
            problem = f"The log file {file} cannot be written ({error.strerror}): the log goes to stderr."
    handler.setFormatter(VisibleFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler])
    # Below level WARNING pygls logs whole messages, which contain the user's source.
    logging.getLogger("pygls").setLevel(logging.WARNING)
    if problem:
        logging.getLogger(__name__).warning("%s", problem)


def _new_server() -> ReLocServer:
    # The import of the protocol's types creates some hundred thousand objects and no garbage.
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
