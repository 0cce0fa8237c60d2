"""Makes the README's picture of Neovim: a real session in tmux, with a revision shown as a diff, as an SVG file.

python tests/benchmarks/neovim_picture.py [--out .github/neovim.svg]     (needs tmux, and Neovim on the PATH)
"""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parents[2]
WIDTH, HEIGHT = 110, 14
"""Columns and lines of the terminal: just enough for the diff."""
SECONDS = 60.0
"""Longest wait for an expected text, in seconds. Chosen by hand."""
FUNCTION = '''\
def clamp(value, low, high):
    """Return value, moved into the range from low to high."""
    if value < low:
        return low
    if value < high:
        return high
    return value
'''
TESTS = """\
from ranges import clamp


def test_below():
    assert clamp(-3, 0, 10) == 0


def test_inside():
    assert clamp(4, 0, 10) == 4


def test_above():
    assert clamp(12, 0, 10) == 10
"""
CONFIGURATION = f"""\
vim.opt.runtimepath:append('{ROOT / "editors" / "neovim"}')
vim.opt.swapfile = false
vim.opt.number = true
vim.opt.termguicolors = true
vim.lsp.enable('reloc')
"""


class Screen:
    """A tmux session that shows `command`."""

    def __init__(self, folder: Path, command: str) -> None:
        self.socket = str(folder / "tmux")
        self.tmux("new-session", "-d", "-x", str(WIDTH), "-y", str(HEIGHT), "-c", str(folder), command)

    def tmux(self, *arguments: str) -> str:
        """The output of one tmux command."""
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
        call = ["tmux", "-u", "-f", "/dev/null", "-S", self.socket, *arguments]
        return subprocess.run(call, env=environment, capture_output=True, text=True, check=True).stdout

    def until(self, text: str) -> None:
        """Wait until the screen shows `text`."""
        end = time.monotonic() + SECONDS
        while text not in self.tmux("capture-pane", "-p"):
            if time.monotonic() > end:
                raise SystemExit(f"{text!r} was not shown within {SECONDS:.0f} s:\n{self.tmux('capture-pane', '-p')}")
            time.sleep(0.1)


def main() -> None:
    """Run the session and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / ".github" / "neovim.svg")
    out = parser.parse_args().out
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        texts = {"ranges.py": FUNCTION, "test_ranges.py": TESTS, "init.lua": CONFIGURATION, "pyproject.toml": ""}
        for file, text in texts.items():
            (folder / file).write_text(text, "utf-8")
        screen = Screen(folder, "nvim -u init.lua ranges.py")
        try:
            screen.until("def clamp")
            screen.tmux(
                "send-keys", "5G", ":lua vim.wait(10000, function() return #vim.lsp.get_clients() > 0 end)", "Enter"
            )
            screen.tmux("send-keys", "gra")
            screen.until("1: Revise with ReLoc")
            screen.tmux("send-keys", "1", "Enter")
            screen.until("value > high")
            picture = screen.tmux("capture-pane", "-e", "-p")
        finally:
            screen.tmux("kill-server")
    console = Console(
        record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor", no_color=False
    )
    for line in picture.rstrip("\n").split("\n"):
        console.print(Text.from_ansi(line), no_wrap=True, crop=True)
    console.save_svg(str(out), title="nvim ranges.py")


if __name__ == "__main__":
    main()
