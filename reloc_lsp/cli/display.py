"""The progress of a revision: drawn live on a terminal, printed as a few plain lines anywhere else."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Protocol, TextIO

from reloc_lsp.cli.printing import print_line
from reloc_lsp.program.shown_text.counting import counted
from reloc_lsp.program.shown_text.visible_text import visible_line
from reloc_lsp.revision import Progress, Tests

if TYPE_CHECKING:
    from rich.console import RenderableType


class Display(Protocol):
    """Shows the progress of a revision."""

    def show(self, progress: Progress) -> None:
        """Show the current progress."""

    def close(self) -> None:
        """Remove what was drawn; may be called twice."""


def display_on(stream: TextIO, seconds: float | None, quiet: bool) -> Display:
    """The display for `stream`; `seconds` is the budget, and `quiet` suppresses the plain lines."""
    if stream.isatty() and os.environ.get("TERM") != "dumb":
        return LiveDisplay(stream, seconds)
    return NoDisplay() if quiet else LineDisplay(stream)


class NoDisplay:
    """Shows nothing."""

    def show(self, progress: Progress) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


class LineDisplay:
    """Prints a plain line for each new phase, each new best revision, and the first one that is plausible."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._last: Progress | None = None

    def show(self, progress: Progress) -> None:
        """Print a line if the phase, the best revision or the plausible one is new."""
        last, self._last = self._last, progress
        if last is None or progress.phase != last.phase:
            self._print(progress.message or progress.phase)
        if progress.best and progress.best != (last and last.best):
            self._print(tests_passing(progress))
        if progress.plausible and not (last and last.plausible):
            self._print(f"found: {progress.plausible}; not confirmed yet")

    def close(self) -> None:
        """Do nothing: every line is complete."""

    def _print(self, line: str) -> None:
        print_line(visible_line(line), self._stream)


class LiveDisplay:
    """Draws three lines again and again, and erases them at the end."""

    def __init__(self, stream: TextIO, seconds: float | None) -> None:
        from rich.console import Console
        from rich.live import Live
        from rich.spinner import Spinner

        self._console = Console(file=stream, highlight=False)
        unicode = self._console.encoding.lower().startswith("utf")
        self._spinner = Spinner("dots" if unicode else "line", style="cyan")
        self._seconds = seconds
        self._progress = Progress("preparing", "", 0.0, 0.0)
        self._since = time.monotonic()
        self._live = Live(console=self._console, get_renderable=self._draw, transient=True, refresh_per_second=10)
        self._live.start()

    def show(self, progress: Progress) -> None:
        """Draw this progress until the next one."""
        self._progress, self._since = progress, time.monotonic()

    def close(self) -> None:
        """Erase the lines and show the cursor again."""
        self._live.stop()

    def _draw(self) -> RenderableType:
        from rich.columns import Columns
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.text import Text

        progress = self._progress
        title = Text(visible_line(progress.message or progress.phase), "bold")
        title.truncate(self._console.width - 3, overflow="ellipsis")
        lines: list[RenderableType] = [Columns([self._spinner, title])]
        best = progress.best or progress.before
        if best:
            width = min(40, self._console.width // 2)
            bar = ProgressBar(max(best.total, 1), best.passed, width, complete_style="green")
            lines.append(Columns([" ", bar, Text(tests_passing(progress))]))
        lines.append(Text(f"  {counted(progress.evaluations, 'evaluation')}, {self._time()}", style="dim"))
        return Group(*lines)

    def _time(self) -> str:
        used = self._progress.seconds + time.monotonic() - self._since
        return f"{used:.0f} s" if self._seconds is None else f"{max(0.0, self._seconds - used):.0f} s left"


def tests_passing(progress: Progress) -> str:
    """For example `2 of 4 -> 3 of 4 tests pass`: before and with the best revision; empty before the first run."""
    if progress.before is None:
        return ""
    if progress.best is None or progress.best == progress.before:
        return f"{counts_text(progress.before)} tests pass"
    return f"{counts_text(progress.before)} -> {counts_text(progress.best)} tests pass"


def counts_text(tests: Tests) -> str:
    """For example `2 of 4`."""
    return f"{tests.passed} of {tests.total}"
