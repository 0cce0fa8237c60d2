"""The connection to one editor, from its first message until everything that the server began for it has ended."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import threading
from typing import Any, Protocol

from pygls.exceptions import JsonRpcException, PyglsError
from pygls.io_ import StdoutWriter, run_async

from reloc_lsp.server.transport.headers import EditorStream, StreamError
from reloc_lsp.server.transport.lsp_protocol import ReLocProtocol

logger = logging.getLogger(__name__)

READ_BYTES = 65536
"""Bytes that one read of stdin takes at most: the usual capacity of a pipe on Linux."""


class Writer(Protocol):
    """Where messages to the editor go."""

    def write(self, data: bytes) -> None:
        """Send bytes."""

    def close(self) -> None:
        """Close the stream."""


class ConnectedServer(Protocol):
    """What a connection needs from the server that it serves."""

    protocol: ReLocProtocol
    serving: asyncio.Task[Any] | None

    def disconnect(self) -> None:
        """End the connection by cancelling `serving`."""

    def report_server_error(self, error: Exception, source: type[PyglsError] | type[JsonRpcException]) -> None:
        """Report an error while a message is handled."""

    def report_stream_error(self, error: StreamError) -> None:
        """Report that the editor's stream cannot be read further."""

    async def close(self) -> None:
        """Stop everything that runs for the editor."""


async def serve(server: ConnectedServer, reader: asyncio.StreamReader, writer: Writer) -> int:
    """Serve the editor until it sends `exit`, its stream ends or the server disconnects; the exit status.

    The status is 0 after a `shutdown` request, 1 without one (LSP `exit`).
    """
    serving = server.serving = asyncio.current_task()
    server.protocol.set_writer(writer)
    shut_down = False
    try:
        await run_async(
            threading.Event(),
            EditorStream(reader, server.protocol.wait_for_shutdown),
            server.protocol,
            logger=logger,
            error_handler=server.report_server_error,
        )
    except SystemExit as end:
        shut_down = end.code == 0
    except asyncio.CancelledError:
        if serving:
            serving.uncancel()
    except StreamError as error:
        server.report_stream_error(error)
    except (OSError, asyncio.IncompleteReadError) as error:
        logger.info("the editor's connection has ended: %s", error)
    await server.close()
    return 0 if shut_down else 1


async def over_stdio(server: ConnectedServer, stdin: int, stdout: int) -> int:
    """Serve an editor over two file descriptors."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    # A daemon thread: the interpreter would wait at its end for a thread pool's worker that is blocked in its read.
    threading.Thread(target=_feed, args=(stdin, reader, loop), name="stdin", daemon=True).start()
    with os.fdopen(stdout, "wb", closefd=False) as stream:
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(signal.SIGTERM, server.disconnect)
        return await serve(server, reader, StdoutWriter(stream))


async def over_tcp(server: ConnectedServer, host: str, port: int) -> int:
    """Serve the first editor that connects to `host` and `port`; later connections are closed."""
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


def _feed(source: int, reader: asyncio.StreamReader, loop: asyncio.AbstractEventLoop) -> None:
    """Copy a file descriptor into `reader` until its end."""
    with contextlib.suppress(RuntimeError):  # The loop may be closed during the read.
        while data := _read(source):
            loop.call_soon_threadsafe(reader.feed_data, data)
        loop.call_soon_threadsafe(reader.feed_eof)


def _read(source: int) -> bytes:
    try:
        return os.read(source, READ_BYTES)
    except OSError:
        return b""
