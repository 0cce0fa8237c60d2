"""`revise` at a terminal. When this file runs as a program, it revises with a scripted revision."""

import contextlib
import dataclasses
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

import pytest
from test_cli_revise import BROKEN, FIXED_SOURCE, PROGRESS, PROPOSAL, Script

from reloc_lsp.cli.main import main
from reloc_lsp.program.text_edit import unified_diff

HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, folder, *arguments):
        self.screen, inner = pty.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.seen = ""
        environment = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8"}
        self.program = subprocess.Popen(
            [sys.executable, __file__, *arguments],
            cwd=folder, env=environment, stdin=inner, stdout=inner, stderr=inner, start_new_session=True,
        )  # fmt: skip
        os.close(inner)

    def wait_for(self, text, seconds=60):
        end = time.monotonic() + seconds
        while text not in re.sub(r"\x1b\[[0-9;]*m", "", self.seen):
            if time.monotonic() > end or not self.read():
                pytest.fail(f"no {text!r} in ...{self.seen[-500:]!r}")

    def read(self):
        if select.select([self.screen], [], [], 60)[0]:
            try:
                data = os.read(self.screen, 65536)
            except OSError:
                return False
            self.seen += data.decode(errors="replace")
            return bool(data)
        return False

    def type(self, text):
        os.write(self.screen, text.encode())

    def end(self):
        while self.read():
            pass
        os.close(self.screen)
        return self.program.wait(60)


@pytest.fixture
def file(tmp_path):
    (tmp_path / "pytest.ini").touch()
    (tmp_path / "ranges.py").write_text(BROKEN)
    return tmp_path / "ranges.py"


@pytest.mark.parametrize(("answer", "text"), [("y", FIXED_SOURCE), ("", BROKEN), ("\x04", BROKEN)])
def test_the_user_is_asked_before_writing(file, answer, text):
    terminal = Terminal(file.parent, "ranges.py")
    terminal.wait_for("trying rewrites")
    terminal.wait_for("2 of 4 -> 4 of 4 tests pass")
    terminal.wait_for("s left")
    terminal.wait_for("Apply this revision to ranges.py? [y/N]")
    terminal.type(answer + "\n" * (answer != "\x04"))
    assert terminal.end() == 0
    assert file.read_text() == text
    assert terminal.seen.count(HIDE) == terminal.seen.count(SHOW) == 1
    assert "\x1b[32m+    return max(low" in terminal.seen


@pytest.mark.parametrize("flags", [["--json"], ["--diff"], ["--apply"]])
def test_the_user_is_not_asked(file, flags):
    terminal = Terminal(file.parent, "ranges.py", *flags)
    assert terminal.end() == 0
    assert "[y/N]" not in terminal.seen


def test_nothing_hidden_reaches_the_screen_before_the_question(file):
    terminal = Terminal(file.parent, "ranges.py", "--calls", "7")
    terminal.wait_for("Apply this revision to ranges\\u202e.py? [y/N]")
    terminal.type("n\n")
    assert terminal.end() == 0
    # What is left are the colours and the movements of the cursor of the terminal's own drawing.
    plain = re.sub(r"\x1b\[[0-9;]*[mAKG]|\x1b\[\?25[hl]|\r\n|\r", "\n", terminal.seen)
    assert "\x1b" not in plain and "\u202e" not in plain and "\u2028" not in plain and "\x07" not in plain
    assert r"evil\x1b]0;model\x07 \u202e[bold]searches[/bold]\nforged" in plain
    assert "[bold]not markup[/bold]" in plain
    text = re.sub(r"\x1b\[[0-9;]*m", "", terminal.seen)
    assert r"+    return max(low, min(value, high))  # \x1b[1K\x1b[1G+" in text
    assert r"\u2028    -    os.system<180 blanks>x" in text
    assert "\x1b[7" in terminal.seen or ";7m" in terminal.seen, "escapes stand out from the text around them"
    assert r"Note: first\x1b[2J" in text and "\n  Note: forged" in text.replace("\r", "")


def test_control_c_at_the_question(file):
    terminal = Terminal(file.parent, "ranges.py")
    terminal.wait_for("[y/N]")
    time.sleep(0.5)
    terminal.type("\x03")
    assert terminal.end() == 130 and file.read_text() == BROKEN
    assert "Traceback" not in terminal.seen


def test_one_control_c_stops_and_a_second_ends_the_process(file):
    terminal = Terminal(file.parent, "ranges.py", "--seed", "1")
    terminal.wait_for("copying")
    while terminal.program.poll() is None:
        # On a busy machine two that follow each other closely are one.
        terminal.type("\x03")
        with contextlib.suppress(subprocess.TimeoutExpired):
            terminal.program.wait(0.5)
    assert terminal.end() == 130
    assert terminal.seen.rindex(SHOW) > terminal.seen.rindex(HIDE) and "+    return" not in terminal.seen


HOSTILE = "  # \x1b[1K\x1b[1G+   \u2028    -    os.system" + " " * 180 + "x"


class Slow(Script):
    """Takes its time; with a seed, it does not stop when asked to. With seven calls it shows hostile texts."""

    def __call__(self, snapshot, target, settings, recording=None):
        if settings.budget.calls == 7:
            source = FIXED_SOURCE.rstrip("\n") + HOSTILE + "\n"
            message = "evil\x1b]0;model\x07 \u202e[bold]searches[/bold]\nforged"
            hostile = dataclasses.replace(
                PROPOSAL, file="ranges\u202e.py", source=source, diff=unified_diff(BROKEN, source, "ranges\u202e.py"),
                why=("[bold]not markup[/bold]",), notes=("first\x1b[2J\nNote: forged",),
            )  # fmt: skip
            self.items = (dataclasses.replace(PROGRESS[1], message=message), hostile)
        return super().__call__(snapshot, target, settings, recording)

    async def run(self):
        import asyncio

        async for item in super().run():
            yield item
            await asyncio.sleep(60 if self.settings.search.seed else 0.3)


if __name__ == "__main__":
    import reloc_lsp.cli.commands.revise

    # Jobs in the background of a shell begin with Ctrl-C ignored, and so do these tests where they are one.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # The first terminal that the leader of a session opens is the one whose Ctrl-C it gets.
    os.close(os.open(os.ttyname(0), os.O_RDWR))
    reloc_lsp.cli.commands.revise.Revision = Slow(*PROGRESS)
    raise SystemExit(main(["revise", *sys.argv[1:]]))
