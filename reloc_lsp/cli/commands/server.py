"""`reloc-lsp server`: the language server, over stdio or over TCP."""

from __future__ import annotations

import argparse
from pathlib import Path

from reloc_lsp.cli.errors import CallError
from reloc_lsp.cli.options import add_log_level_flag


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of `server`."""
    parser.add_argument("--stdio", action="store_true", help="exchange messages over stdin and stdout (the default)")
    parser.add_argument("--tcp", action="store_true", help="wait for one editor on a TCP port instead")
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="HOST",
        help="with --tcp, the address to listen on (default: %(default)s)",
    )
    parser.add_argument(
        "--port",
        type=int,
        default=2087,
        metavar="PORT",
        help="with --tcp, the port to listen on, from 0 to 65535; 0: any free port (default: %(default)s)",
    )
    add_log_level_flag(parser)
    parser.add_argument("--log-file", type=Path, metavar="FILE", help="write the log to FILE (default: to stderr)")


def run(options: argparse.Namespace) -> int:
    """Serve until the editor leaves; the exit status is that of the LSP notification `exit`."""
    if options.stdio and options.tcp:
        raise CallError("--stdio and --tcp exclude each other: choose one way to reach the server.")
    if not 0 <= options.port <= 65535:
        raise CallError(f"--port is {options.port}, but must be a whole number from 0 to 65535.")
    from reloc_lsp.server.start import serve_stdio, serve_tcp

    if options.tcp:
        return serve_tcp(options.host, options.port, options.log_level, options.log_file)
    return serve_stdio(options.log_level, options.log_file)
