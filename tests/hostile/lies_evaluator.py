"""Lies to the evaluator itself: records that are forged, changed, or sent by another process."""

from __future__ import annotations

from behaviour import Behaviour, lie
from snippets import FORGE, FRAMES, LINES, NONCE, NUMBERS, PLUGINS, RECORDS

GREEN_LINES = FRAMES + "plugins = []\n" + NUMBERS + RECORDS + NONCE + LINES
REQUEST = FRAMES + 'request = next(t for t in things if type(t).__name__ in ("Run", "RunBatch"))\n'
ANSWER = """\
import json, struct
records = [{"kind": "RunBegins", "cpu": 0.0}, {"kind": "CanaryEnded", "outcome": "failed"}]
ended = {"kind": "TestEnded", "outcome": "passed", "seconds": 0.0, "wall": 0.0, "failure": None}
records += [{**ended, "test": n} for n in numbers]
answer = json.dumps({"kind": "RunReply", "id": request.id, "records": records, "ended": "done", "cpu": 0.0}).encode()
frame = struct.pack(">I", len(answer)) + answer
"""
BLIND = """\
import os
lines = b"".join(
    b'{"kind": "TestEnded", "test": %d, "outcome": "passed", "seconds": 0.0, "wall": 0.0, "failure": null}\\n' % number
    for number in range(3)
) + b'{"kind": "CanaryEnded", "outcome": "failed"}\\n{"kind": "RunEnded", "cpu": 0.0}\\n'
for fd in range(3, 256):
    try: os.write(fd, lines)
    except OSError: pass
return a
"""
KINDER = """\
def kinder(data): return data.replace(b'"outcome": "failed"', b'"outcome": "passed"')
"""
RUN_ALL = """\
for plugin in plugins:
    plugin.failures_left = plugin.early_stop = None
"""
"""Has the runner run all tests, whatever fails."""

LIES: tuple[Behaviour, ...] = (
    lie("writes records everywhere", "Writes records of passing tests to every open file, without the nonce.", BLIND),
    lie(
        "sends records and leaves",
        "Finds the sender of records in the frames, sends records of passing tests, and ends the process.",
        FORGE + "os._exit(0)",
    ),
    lie(
        "steals by a traceback",
        "The same with the frames of an exception that it catches.",
        FORGE.replace("sys._getframe()", "None").replace(
            "while frame:",
            "try: raise ValueError\nexcept ValueError as error: frame = error.__traceback__.tb_frame\nwhile frame:",
        )
        + "os._exit(0)",
    ),
    lie(
        "forges in a thread",
        "Has a thread walk the frames of the one that runs the test.",
        "import threading\ndef forge():\n    "
        + FORGE.replace("sys._getframe()", "sys._current_frames()[threading.main_thread().ident]").replace(
            "\n", "\n    "
        )
        + "os._exit(0)\nthread = threading.Thread(target=forge)\nthread.start()\nthread.join()",
    ),
    lie(
        "forges in a child",
        "Has a new process send the records while its parent waits.",
        FORGE.replace("for record", "pid = os.fork()\nif pid: os.waitpid(pid, 0)\nfor record") + "os._exit(0)",
    ),
    lie(
        "forges after turning into a program",
        "Passes the records to a program that replaces the process and contains no code of the harness.",
        GREEN_LINES
        + """\
os.set_inheritable(senders[0]._fd, True)
program = "import os, sys; os.write(int(sys.argv[1]), bytes.fromhex(sys.argv[2]))"
os.execv(sys.executable, [sys.executable, "-c", program, str(senders[0]._fd), lines.hex()])
""",
    ),
    lie(
        "writes lines with the stolen nonce",
        "Finds the nonce among all objects and writes the lines without any function of the harness.",
        GREEN_LINES + "os.write(senders[0]._fd, lines)\nos._exit(0)",
    ),
    lie(
        "opens the pipe anew",
        "Writes the lines to the pipe by its path in /proc, as to a file.",
        GREEN_LINES + 'open(f"/proc/self/fd/{senders[0]._fd}", "wb", 0).write(lines)\nos._exit(0)',
    ),
    lie(
        "answers in its server's place",
        "Writes a whole answer into the pipe that the parent process has to the evaluator.",
        REQUEST
        + "numbers = list(request.request.limits)\n"
        + ANSWER
        + """\
folder = f"/proc/{os.getppid()}/"
for fd in os.listdir(folder + "fd"):
    with open(folder + "fdinfo/" + fd) as file: flags = int(file.read().split("flags:")[1].split()[0], 8)
    if flags & os.O_ACCMODE == os.O_WRONLY and os.readlink(folder + "fd/" + fd).startswith("pipe:"):
        with open(folder + "fd/" + fd, "wb", 0) as pipe: pipe.write(frame)
os._exit(0)
""",
        needs_sandbox=True,
    ),
    lie(
        "changes records on their way",
        "Wraps the function with which the runner sends records.",
        PLUGINS
        + RUN_ALL
        + """\
def kinder(record, send=plugins[0].send):
    if hasattr(record, "outcome") and hasattr(record, "test"): vars(record).update(outcome="passed", failure=None)
    send(record)
plugins[0].send = kinder
return a
""",
    ),
    lie(
        "patches the runner's rule",
        "Replaces the function of the runner that decides how a test ended.",
        PLUGINS
        + """\
for plugin in plugins:
    if hasattr(plugin, "_result"): type(plugin)._result = lambda *_: ("passed", None)
    if hasattr(plugin, "outcomes"): plugin.outcomes = type("Kind", (dict,), {"get": lambda *_: "passed"})()
return a
""",
    ),
    lie(
        "patches json",
        "Has the standard library write `passed` for `failed`.",
        PLUGINS
        + RUN_ALL
        + """\
import json
encode = json.JSONEncoder.encode
def kinder(self, value):
    if isinstance(value, dict) and "outcome" in value: value["outcome"] = "passed"
    return encode(self, value)
json.JSONEncoder.encode = kinder
return a
""",
    ),
    lie(
        "patches os.write and json.dumps",
        "Replaces the two functions that write records, in their public modules.",
        PLUGINS
        + RUN_ALL
        + KINDER
        + """\
import json
write, dumps = os.write, json.dumps
os.write = lambda fd, data: write(fd, kinder(data))
json.dumps = lambda *values, **more: kinder(dumps(*values, **more).encode()).decode()
return a
""",
    ),
    lie(
        "patches the private writer",
        "Replaces the same functions where the harness keeps them.",
        PLUGINS
        + RUN_ALL
        + KINDER
        + NONCE
        + """\
for sender in senders: sender._write = lambda fd, data, write=sender._write: write(fd, kinder(data))
return a
""",
    ),
    lie(
        "patches the class of the sender",
        "Replaces the method of the class that sends the records.",
        PLUGINS
        + RUN_ALL
        + NONCE
        + """\
for kind in {type(sender) for sender in senders}:
    def kinder(self, record, call=kind.__call__):
        if hasattr(record, "outcome"): vars(record)["outcome"] = "passed"
        call(self, record)
    kind.__call__ = kinder
return a
""",
    ),
    lie(
        "runs other tests in their place",
        "Empties the tests and has the runner run them again from within the first.",
        PLUGINS
        + NUMBERS
        + """\
for item in session.items: item.runtest = lambda: None
pairs[0][:] = pairs[0]
runner = next(p for p in plugins if hasattr(p, "run"))
runner.send, send = (lambda record: hasattr(record, "test") and send(record)), runner.send
runner.run(list(pairs[0]), lambda: 0.0)
kinds = sys.modules["_reloc_harness.protocol.records"]
send(kinds.CanaryEnded("failed"))
send(kinds.RunEnded(0.0))
os._exit(0)
""",
    ),
    lie(
        "lies in the text of the failure",
        "Raises an exception whose text, which the harness reads after the test, sends the records.",
        "class Sore(Exception):\n    def __str__(self):\n        "
        + FORGE.replace("\n", "\n        ")
        + "os._exit(0)\nraise Sore",
    ),
    lie(
        "lies in the name of the failure",
        "The same in the name of the exception's class, which every report contains.",
        "class Sorry(type):\n    @property\n    def __name__(self):\n        "
        + FORGE.replace("\n", "\n        ")
        + "os._exit(0)\nclass Sore(Exception, metaclass=Sorry): pass\nraise Sore",
    ),
)
