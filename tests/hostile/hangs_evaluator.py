"""Hangs of the evaluator: its processes are stopped, it receives nonsense, or files that it needs are removed."""

from __future__ import annotations

from behaviour import Behaviour, hang
from snippets import NONCE, NUMBERS, PLUGINS

ABOVE = """\
import os, shutil, tempfile
from pathlib import Path
above = [path for path in Path.cwd().parents if path.name.startswith("reloc-") or path.parent.name.startswith("reloc-")]
"""
TO_THE_SERVER = """\
import os
folder = f"/proc/{os.getppid()}/"
for fd in os.listdir(folder + "fd"):
    with open(folder + "fdinfo/" + fd) as file: flags = int(file.read().split("flags:")[1].split()[0], 8)
    if flags & os.O_ACCMODE == os.O_WRONLY and os.readlink(folder + "fd/" + fd).startswith("pipe:"):
        with open(folder + "fd/" + fd, "wb", 0) as pipe: pipe.write(nonsense)
return a
"""
ALL_WAYS = (
    PLUGINS
    + NUMBERS
    + NONCE
    + """\
import json, struct
wires = [] if senders else [t for t in things if type(t).__name__ == "Wire"]
stamp = b'{"kind": "StampedRecord", "nonce": "%s", "record": '
marks = [stamp % t.nonce.encode() for t in things if hasattr(t, "nonce")]
def say(text):
    for sender in senders: os.write(sender._fd, sender._nonce + text + b"\\n")
    for wire in wires:
        marked = marks[0] + text + b"}" if text[:1] == b"{" else text
        os.write(wire.writer, struct.pack(">I", len(marked)) + marked)
"""
)
"""`say`: sends a text as a record, through a fork server or directly to the evaluator."""


def record(**fields: str) -> str:
    """The JSON of a record of a test, with some malformed fields."""
    usual = {"kind": '"TestEnded"', "test": "%d", "outcome": '"failed"', "seconds": "0", "wall": "0", "failure": "null"}
    return "{" + ", ".join(f'"{name}": {text}' for name, text in {**usual, **fields}.items()) + "}"


def failure(**fields: str) -> str:
    usual = {"kind": '"E"', "message": '""', "test_line": "0", "unit_lines": "[]"}
    return "{" + ", ".join(f'"{name}": {text}' for name, text in {**usual, **fields}.items()) + "}"


MALFORMED = {
    "an unknown test": record(test="99"),
    "no test": record(test="null"),
    "no outcome": '{"kind": "TestEnded", "test": %d}',
    "an outcome that is a list": record(outcome="[]"),
    "seconds that are a text": record(seconds='"many"'),
    "seconds that are nothing": record(seconds="null", wall="null"),
    "seconds without end": record(seconds="Infinity", wall="NaN"),
    "lines that are a number": record(failure=failure(unit_lines="5", test_line="null")),
    "a line that is a text": record(failure=failure(test_line='"many"')),
    "a text that cannot be written": record(failure=failure(message='"\\\\ud800"')),
    "a malformed probe report": '{"kind": "ProbeReport", "types": [], "calls": 5, "counts": {"x": {}}, "visits": 0}',
    "a list": "[1, 2, 3]",
    "a number that is too long": "9" * 5000,
}


def sending(name: str, tries: str, act: str) -> Behaviour:
    """A hang whose body can call `say`."""
    return hang(name, tries, ALL_WAYS + act + "\nreturn a", confirmed=True)


HANGS: tuple[Behaviour, ...] = (
    *(
        sending(
            f"sends {what}",
            "Sends a malformed record to the evaluator.",
            f"for test in numbers: say({text!r}.replace('%d', str(test)).encode())",
        )
        for what, text in MALFORMED.items()
    ),
    sending("sends a nest", "Sends a record nested so deeply that reading it fills the stack.", "say(b'[' * 100_000)"),
    sending(
        "sends a deep record",
        "The same in the form of a record.",
        "say(b'{\"kind\": \"RunBegins\", \"cpu\": ' + b'[' * 9999 + b']' * 9999 + b'}')",
    ),
    sending(
        "sends without a line's end",
        "Writes to the evaluator for ever, and never comes to the end of a line.",
        "while senders: os.write(senders[0]._fd, b'x' * 65536)",
    ),
    sending(
        "sends for ever",
        "Writes small records to the evaluator for ever.",
        'while senders: say(b\'{"kind": "LineReached", "line": 1, "test": null}\')',
    ),
    sending(
        "announces more than it sends",
        "Announces a record of 200 megabytes to the evaluator, and sends nothing of it.",
        "for wire in wires: os.write(wire.writer, struct.pack('>I', 200 << 20))\nimport time\ntime.sleep(600)",
    ),
    hang(
        "writes nonsense in its server's place",
        "Writes into the pipe that the parent process has to the evaluator.",
        'nonsense = b"nonsense" * 9\n' + TO_THE_SERVER,
        needs_sandbox=True,
    ),
    hang(
        "reads its server's requests",
        "Takes over the parent's descriptors and reads the requests of the evaluator.",
        """
        import ctypes, os, threading
        libc = ctypes.CDLL(None, use_errno=True)
        process = libc.syscall(434, os.getppid(), 0)
        for fd in os.listdir(f"/proc/{os.getppid()}/fd"):
            taken = libc.syscall(438, process, int(fd), 0)
            if taken > 0: threading.Thread(target=os.read, args=(taken, 65536), daemon=True).start()
        threading.Event().wait()
        """,
        needs_sandbox=True,
    ),
    hang(
        "stops its parent",
        "Stops it with a signal.",
        "import os; os.kill(os.getppid(), 19); return a",
        needs_sandbox=True,
    ),
    hang("kills its parent", "Ends it.", "import os; os.kill(os.getppid(), 9); return a", needs_sandbox=True),
    hang(
        "traces its parent",
        "Attaches to it as a debugger, and waits.",
        "import ctypes, os, time\nctypes.CDLL(None).ptrace(16, os.getppid(), None, None)\ntime.sleep(600)",
        needs_sandbox=True,
    ),
    hang(
        "ends its parent's group",
        "Joins its parent's process group and signals all of it.",
        "import os\nos.setpgid(0, os.getpgid(os.getppid()))\nos.kill(0, 9)",
        needs_sandbox=True,
    ),
    hang(
        "hides in its parent's group",
        "Joins its parent's process group, where it is not looked for.",
        "import os, time\nos.setpgid(0, os.getpgid(os.getppid()))\ntime.sleep(600)",
    ),
    hang(
        "ends the first process",
        "Ends what all others descend from.",
        "import os; os.kill(1, 9); return a",
        needs_namespace=True,
    ),
    hang(
        "outlives its parent's end",
        "Takes back that it is ended with its parent, and leaves its session.",
        """
        import ctypes, os, time
        ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)
        try: os.setsid()
        except OSError: pass
        time.sleep(600)
        """,
    ),
    hang(
        "makes the logs pipes",
        "Replaces the logs of the evaluator with FIFOs, so that opening one waits for a reader.",
        ABOVE
        + """\
for folder in above:
    for log in ("warm.log", "fresh.log", "cold.log", "collection.log"):
        try:
            if (folder / log).exists(): os.remove(folder / log)
            os.mkfifo(folder / log)
        except OSError: pass
return a
""",
        needs_sandbox=True,
    ),
    hang(
        "removes its folders",
        "Removes its folder for temporary files and its home.",
        "import os, shutil, tempfile\nfor folder in (tempfile.gettempdir(), os.path.expanduser('~')):\n"
        "    if '/reloc-' in folder: shutil.rmtree(folder, ignore_errors=True)\nreturn a",
        needs_sandbox=True,
    ),
    hang(
        "renames its folders",
        "Gives them other names, with files of the old names in their places.",
        ABOVE
        + """\
for folder in (tempfile.gettempdir(), os.path.expanduser("~"), os.getcwd(), *above):
    if "/reloc-" in str(folder):
        try:
            os.rename(folder, str(folder) + "-was")
            open(folder, "w").close()
        except OSError: pass
return a
""",
        needs_sandbox=True,
    ),
    hang(
        "removes the workspace",
        "Removes the copy in which it is evaluated.",
        "import os, shutil\nif '/reloc-' in os.getcwd(): shutil.rmtree(os.getcwd(), ignore_errors=True)\nreturn a",
        needs_sandbox=True,
    ),
    hang(
        "breaks the next start",
        "Leaves a module in the workspace that is found before pytest and ends whoever loads it.",
        "open('pytest.py', 'w').write('raise SystemExit')\nreturn a",
        needs_sandbox=True,
    ),
    hang(
        "fills its output",
        "Writes 300 megabytes to the output of the tests, and waits.",
        """
        import os, time
        for _ in range(150):
            for fd in (1, 2): os.write(fd, b"x" * 1_000_000)
        time.sleep(600)
        """,
    ),
)
