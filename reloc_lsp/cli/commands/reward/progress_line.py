"""The progress line of long `reward` actions: one line on stderr that is redrawn, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from reloc_lsp.program.shown_text.visible_text import visible_line

Report = Callable[[str], None]


@contextmanager
def progress_line(first: str, *, shown: bool = True) -> Iterator[Report]:
    """Show a progress line that begins with the text `first`; the value is a function that replaces the text.

    Nothing is shown without `shown`, or if stderr is no terminal.
    """
    if not (shown and sys.stderr.isatty()):
        yield lambda text: None
        return
    from rich.console import Console
    from rich.markup import escape

    console = Console(file=sys.stderr, highlight=False)
    with console.status(escape(visible_line(first))) as status:
        # The spinner and its spaces take up to 4 columns.
        yield lambda text: status.update(escape(visible_line(text)[: console.width - 4]))
