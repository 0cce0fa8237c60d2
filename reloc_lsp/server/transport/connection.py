"""One editor's connection, from its first message to the end of everything that was begun for it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import threading
from typing import Protocol

from lsprotocol import types
from pygls.io_ import StdoutWriter, run_async

from reloc_lsp.server.language_server import ReLocServer
from reloc_lsp.server.transport.headers import EditorStream, StreamError

logger = logging.getLogger(__name__)


class Writer(Protocol):
    """Where messages to the editor go."""

    def write(self, data: bytes) -> None:
        """Send bytes."""

    def close(self) -> None:
        """Send no more."""


async def serve(server: ReLocServer, reader: asyncio.StreamReader, writer: Writer) -> int:
    """Answer the editor until it says `exit`, its stream ends or the server hangs up; the exit status.

    The status is 0 after a `shutdown` request, 1 without one (LSP `exit`).
    """
    serving = server.serving = asyncio.current_task()
    server.protocol.set_writer(writer)
    asked_to_stop = False
    try:
        await run_async(
            threading.Event(),
            EditorStream(reader, server.protocol.shut_down),
            server.protocol,
            logger=logger,
            error_handler=server.report_server_error,
        )
    except SystemExit as end:
        asked_to_stop = end.code == 0
    except asyncio.CancelledError:
        if serving:
            serving.uncancel()
    except StreamError as error:
        server.client.show(f"ReLoc ends: {error}", types.MessageType.Error)
        logger.error("%s", error)
    except (OSError, asyncio.IncompleteReadError) as error:
        logger.info("the editor is gone: %s", error)
    await server.close()
    return 0 if asked_to_stop else 1


async def over_stdio(server: ReLocServer, stdin: int, stdout: int) -> int:
    """Serve an editor over two file descriptors."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    # A daemon thread, as a thread pool's would be waited for while it is blocked in its read.
    threading.Thread(target=_pump, args=(stdin, reader, loop), name="stdin", daemon=True).start()
    with os.fdopen(stdout, "wb", closefd=False) as stream:
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(signal.SIGTERM, server.hang_up)
        return await serve(server, reader, StdoutWriter(stream))


async def over_tcp(server: ReLocServer, host: str, port: int) -> int:
    """Serve the first editor that connects to `host` and `port`."""
    loop = asyncio.get_running_loop()
    streams: asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = loop.create_future()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if streams.done():
            writer.close()
        else:
            streams.set_result((reader, writer))

    listener = await asyncio.start_server(connected, host, port)
    for socket in listener.sockets:
        logger.warning("listening on %s port %s", *socket.getsockname()[:2])
    reader, writer = await streams
    listener.close()
    try:
        return await serve(server, reader, writer)
    finally:
        writer.close()


def _pump(source: int, reader: asyncio.StreamReader, loop: asyncio.AbstractEventLoop) -> None:
    with contextlib.suppress(RuntimeError):  # the loop was closed while we were reading
        while data := _read(source):
            loop.call_soon_threadsafe(reader.feed_data, data)
        loop.call_soon_threadsafe(reader.feed_eof)


def _read(source: int) -> bytes:
    try:
        return os.read(source, 65536)
    except OSError:
        return b""
