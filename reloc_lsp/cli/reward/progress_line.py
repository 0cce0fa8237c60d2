"""What the long actions of `reward` show while they work: one line, drawn over and over, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Tell = Callable[[str], None]


@contextmanager
def telling(first: str, *, shown: bool = True) -> Iterator[Tell]:
    """Gives what shows a line of words on stderr; elsewhere than on a terminal nothing is shown."""
    if not (shown and sys.stderr.isatty()):
        yield lambda words: None
        return
    from rich.console import Console
    from rich.markup import escape

    console = Console(file=sys.stderr, highlight=False)
    with console.status(escape(first)) as status:
        yield lambda words: status.update(escape(words[: console.width - 4]))


def warn(words: str) -> None:
    """A line on stderr that stays."""
    print(f"reloc-lsp: {words}", file=sys.stderr)
