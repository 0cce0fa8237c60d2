"""`reloc-lsp trace`: turns a trace into an HTML page."""

from __future__ import annotations

import argparse
from pathlib import Path

from reloc_lsp.cli.errors import CallError
from reloc_lsp.cli.printing import print_line
from reloc_lsp.cli.target_parsing import current_folder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of `trace`."""
    parser.add_argument("trace", type=Path, metavar="FILE", help="the trace, as `revise --trace FILE` wrote it")
    parser.add_argument("--out", type=Path, metavar="PAGE", help="the HTML file to write (default: FILE with .html)")


def run(options: argparse.Namespace) -> int:
    """Write the page and print its path."""
    from reloc_lsp.revision.trace.trace_file import TraceError, read_trace
    from reloc_lsp.revision.trace_report import render_page

    here = current_folder()
    trace = here / options.trace.expanduser()
    out = here / options.out.expanduser() if options.out else trace.with_suffix(".html")
    try:
        text = render_page(read_trace(trace))
        out.write_text(text, "utf-8")
    except TraceError as error:
        raise CallError(str(error)) from error
    except OSError as error:
        raise CallError(f"The page {out} cannot be written ({error.strerror}). Name another with --out.") from error
    print_line(str(out))
    return 0
