"""A revision's progress while it runs: drawn on a terminal, as a few plain lines anywhere else."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Protocol, TextIO

from reloc_lsp.revision import Progress, Tests

if TYPE_CHECKING:
    from rich.console import RenderableType


class Display(Protocol):
    """A reader of a revision's progress."""

    def show(self, progress: Progress) -> None:
        """Take note of where the revision stands."""

    def close(self) -> None:
        """Leave the stream as it was found; may be called twice."""


def display_on(stream: TextIO, seconds: float | None, quiet: bool) -> Display:
    """The display that suits `stream`; `seconds` is the budget, `quiet` leaves out the plain lines."""
    if stream.isatty() and os.environ.get("TERM") != "dumb":
        return LiveDisplay(stream, seconds)
    return NoDisplay() if quiet else LineDisplay(stream)


class NoDisplay:
    """Shows nothing."""

    def show(self, progress: Progress) -> None:
        """Take no note."""

    def close(self) -> None:
        """Do nothing."""


class LineDisplay:
    """A plain line for each new phase and each new best."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._last: Progress | None = None

    def show(self, progress: Progress) -> None:
        """Print a line where `progress` brings news."""
        last, self._last = self._last, progress
        if last is None or progress.phase != last.phase:
            self._print(progress.message or progress.phase)
        if progress.best and progress.best != (last and last.best):
            self._print(tests_passing(progress))

    def close(self) -> None:
        """Do nothing: every line is complete."""

    def _print(self, line: str) -> None:
        print(line, file=self._stream, flush=True)


class LiveDisplay:
    """Three lines drawn over and over, and wiped at the end."""

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
        """Draw `progress` from now on."""
        self._progress, self._since = progress, time.monotonic()

    def close(self) -> None:
        """Wipe the lines and show the cursor again."""
        self._live.stop()

    def _draw(self) -> RenderableType:
        from rich.columns import Columns
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.text import Text

        progress = self._progress
        title = Text(progress.message or progress.phase, "bold")
        title.truncate(self._console.width - 3, overflow="ellipsis")
        lines: list[RenderableType] = [Columns([self._spinner, title])]
        best = progress.best or progress.before
        if best:
            width = min(40, self._console.width // 2)
            bar = ProgressBar(max(best.total, 1), best.passed, width, complete_style="green")
            lines.append(Columns([" ", bar, tests_passing(progress)]))
        lines.append(Text(f"  {progress.evaluations} evaluations, {self._time()}", style="dim"))
        return Group(*lines)

    def _time(self) -> str:
        used = self._progress.seconds + time.monotonic() - self._since
        return f"{used:.0f} s" if self._seconds is None else f"{max(0.0, self._seconds - used):.0f} s left"


def tests_passing(progress: Progress) -> str:
    """What passed before and what passes with the best so far, in words; empty before the first run."""
    if progress.before is None:
        return ""
    if progress.best is None or progress.best == progress.before:
        return f"{in_words(progress.before)} tests pass"
    return f"{in_words(progress.before)} -> {in_words(progress.best)} tests pass"


def in_words(tests: Tests) -> str:
    """`tests` in words: `2 of 4`."""
    return f"{tests.passed} of {tests.total}"
