"""Makes the README's picture of the terminal: a real run of `reloc-lsp demo`, as an SVG file.

python tests/benchmarks/picture.py [--out .github/demo.svg] [--width 96]
"""

from __future__ import annotations

import argparse
import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

PICTURE = Path(__file__).parents[2] / ".github" / "demo.svg"
PROMPT = "\x1b[1;32m$\x1b[0m "
NEXT = "What next:"
"""Beginning of the advice after the demo, which the picture leaves out."""
ROWS = 60
"""Height of the terminal in lines: more than the demo prints."""
CONTROL = re.compile(r"\x1b\[([?\d;]*)([A-Za-z])|(\r\n|\n|\r)")
"""A control sequence of the terminal (parameters, command) or a line end."""


def output_on_terminal(command: list[str], folder: Path, width: int) -> str:
    """Everything that a command writes to a terminal with `width` columns."""
    screen, inner = pty.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, width, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
    with subprocess.Popen(command, cwd=folder, env=environment, stdin=inner, stdout=inner, stderr=inner) as process:
        os.close(inner)
        seen = b""
        try:
            while data := os.read(screen, 65536):
                seen += data
        except OSError:
            pass  # Linux reports in this way that the other side of the terminal is closed
    os.close(screen)
    if process.returncode != 0:
        raise SystemExit(f"the command ended with status {process.returncode}:\n{final_screen(seen.decode())}")
    return seen.decode()


def final_screen(written: str) -> str:
    """What the terminal shows at the end, with colours: text that a live display overwrote is removed."""
    lines, row, position = [""], 0, 0

    def put(text: str) -> None:
        lines[row] += text

    for control in CONTROL.finditer(written):
        put(written[position : control.start()])
        position = control.end()
        parameters, command, line_end = control.groups()
        if line_end and "\n" in line_end:
            row += 1
            if row == len(lines):
                lines.append("")
        elif command == "m":
            put(control.group())
        elif command == "A":
            row = max(0, row - int(parameters or 1))
        elif command == "K":
            lines[row] = ""
    put(written[position:])
    return "\n".join(line.rstrip() for line in lines)


def as_prompts(screen: str) -> str:
    """The screen with coloured prompts, without the advice at the end and without repeated empty lines."""
    screen = re.sub(r"(?m)^\$ ", lambda _: PROMPT, screen.partition(NEXT)[0])
    return re.sub(r"\n{3,}", "\n\n", screen).strip("\n")


def picture(screen: str, width: int, title: str = "reloc-lsp demo") -> str:
    """The screen as SVG, in a window with that title."""
    from rich.console import Console
    from rich.terminal_theme import MONOKAI
    from rich.text import Text

    console = Console(record=True, width=width, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text.from_ansi(screen), soft_wrap=True)
    svg = console.export_svg(title=title, theme=MONOKAI, unique_id="demo")
    # The picture must not load fonts, and some viewers strip even unbreakable spaces from the ends of a text.
    svg = re.sub(r"\s*@font-face \{[^}]*\}", "", svg)
    return svg.replace('<g class="demo-matrix">', '<g class="demo-matrix" xml:space="preserve">')


def main() -> None:
    """Run the demo and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=PICTURE)
    parser.add_argument("--width", type=int, default=96)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "reloc_lsp", "demo"]
        written = output_on_terminal(command, Path(folder), options.width)
    screen = f"{PROMPT}reloc-lsp demo\n{as_prompts(final_screen(written))}"
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(picture(screen, options.width), encoding="utf-8")


if __name__ == "__main__":
    main()
