"""Printing of lines that may hold text from elsewhere: names of models and files, errors of servers, exceptions."""

from __future__ import annotations

import sys
from typing import TextIO

from reloc_lsp.program.shown_text.visible_text import visible


def print_line(text: str, stream: TextIO | None = None) -> None:
    """Print `text` on `stream` (stdout without one), with everything hidden in it spelled out."""
    print(visible(text), file=stream or sys.stdout, flush=True)


def warn(text: str) -> None:
    """Print a line to stderr that begins with the name of this program."""
    print_line(f"reloc-lsp: {text}", sys.stderr)
