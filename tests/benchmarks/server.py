"""The language server's start-up cost, and its response time while a search runs.

    python tests/benchmarks/server.py [--starts 7] [--requests 200] [--lines 10000]

Start-up: CPU time from the start of the process to its reply to `initialize`, and its memory at that moment, compared
with a pygls server without any feature. The two servers take turns; medians are printed. Response time: the time to a
`textDocument/codeAction` reply in a long file while a search for one of its functions runs; first without edits, then
for a request directly after an edit (a quarter of the requests). Needs Linux (/proc).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

EMPTY = "from pygls.lsp.server import LanguageServer\nLanguageServer('empty', '1').start_io()\n"
CAPABILITIES: dict[str, Any] = {
    "window": {"workDoneProgress": True},
    "textDocument": {
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["refactor.rewrite"]}}}
    },
}
OPTIONS = {"budget": {"seconds": 600, "evaluations": 1_000_000}}
"""A budget that no search uses up during the measurement."""
PADDING = """
def padding_{number}(values, limit={number}):
    total = [value + limit for value in values if value > {number}]
    return sorted(total)

"""
TARGET = '''
def target(values, limit, step=3):
    """No short revision of this function passes its tests."""
    total, kept = 0, []
    for index, value in enumerate(values):
        if value > limit and index % step:
            total += value * step - limit
            kept.append(total + index)
        elif value == limit or not kept:
            total -= index + step
        else:
            kept[-1] = max(total, kept[-1] - value)
    low, high = min(kept or [limit]), max(kept or [step])
    for extra in kept[1:step]:
        low, total = low + extra, total // 2
    return (low + high) * len(kept) + total
'''
TESTS = """
import hashlib
import pytest
from long import target


@pytest.mark.parametrize("seed", range(8))
def test_target(seed):
    digest = hashlib.sha256(str(seed).encode()).digest()
    assert target(list(digest[:9]), digest[9]) == int.from_bytes(digest[10:14], "big")
"""


class Client:
    """A language server process and a minimal client. Messages are plain dictionaries."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self.process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.folder = folder
        self.progress: list[dict[str, Any]] = []
        self._count = 0

    def send(self, **message: Any) -> None:
        """Send one message."""
        assert self.process.stdin is not None
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def receive(self) -> dict[str, Any]:
        """The next message. Requests of the server get an empty reply."""
        assert self.process.stdout is not None
        size = 0
        while line := self.process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            size = int(value) if name.lower() == b"content-length" else size
        if not size:
            raise SystemExit("the server has ended")
        message: dict[str, Any] = json.loads(self.process.stdout.read(size))
        if "method" in message and "id" in message:
            self.send(id=message["id"], result=None)
        elif message.get("method") == "$/progress":
            self.progress.append(message["params"]["value"])
        return message

    def reply(self, method: str, params: Any) -> dict[str, Any]:
        """Send a request and wait for the reply, which may be an error."""
        self._count += 1
        self.send(id=self._count, method=method, params=params)
        while (message := self.receive()).get("id") != self._count or "method" in message:
            pass
        return message

    def request(self, method: str, params: Any) -> Any:
        """Send a request and wait for its result."""
        message = self.reply(method, params)
        if "error" in message:
            raise SystemExit(f"{method}: {message['error']}")
        return message["result"]

    def initialize(self) -> None:
        """Send `initialize` and wait for the reply."""
        uri = self.folder.as_uri()
        folders = [{"uri": uri, "name": self.folder.name}]
        params = {"processId": os.getpid(), "rootUri": uri, "workspaceFolders": folders}
        self.request("initialize", {**params, "capabilities": CAPABILITIES, "initializationOptions": OPTIONS})

    def end(self) -> None:
        """Send `shutdown` and `exit`, and wait for the end of the process."""
        self.request("shutdown", None)
        self.send(method="exit")
        self.process.communicate(timeout=30)


def cpu_of(pid: int) -> float:
    """CPU seconds of a live process."""
    # The kernel's number of the CPU clock of another process, as clock_getcpuclockid(3) computes it.
    return time.clock_gettime((~pid << 3) | 2)


def memory_of(pid: int) -> float:
    """Resident memory of a live process in MiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def starts(commands: dict[str, list[str]], folder: Path, times: int) -> dict[str, tuple[float, float]]:
    """Median CPU milliseconds to the reply, and MiB, by server. The first start of each is not counted."""
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for number in range(times + 1):
        for name, command in commands.items():
            client = Client(command, folder)
            client.initialize()
            figures = cpu_of(client.process.pid) * 1000, memory_of(client.process.pid)
            client.end()
            if number:
                seen[name].append(figures)
    return {
        name: (statistics.median(cpu for cpu, _ in rows), statistics.median(memory for _, memory in rows))
        for name, rows in seen.items()
    }


class LongFile:
    """An open file of at least `lines` lines. The last function is the one to search."""

    def __init__(self, client: Client, lines: int) -> None:
        self.client = client
        each = PADDING.count("\n")
        self.text = "".join(PADDING.format(number=number) for number in range(-(-lines // each))) + TARGET
        self.lines = self.text.count("\n")
        self.functions = [n for n, line in enumerate(self.text.splitlines()) if line.startswith("def padding")]
        self.path = client.folder / "long.py"
        self.path.write_text(self.text)
        (client.folder / "test_long.py").write_text(TESTS)
        self.document: dict[str, Any] = {"uri": self.path.as_uri()}
        self.version = 1
        client.send(method="initialized", params={})
        opened = {**self.document, "languageId": "python", "version": 1, "text": self.text}
        client.send(method="textDocument/didOpen", params={"textDocument": opened})

    def search(self) -> None:
        """Start a revision of the last function, and wait until candidates are evaluated."""
        arguments = [self.document["uri"], "target", self.version]
        self.client.request("workspace/executeCommand", {"command": "reloc.revise", "arguments": arguments})
        while "tried" not in self.client.progress[-1].get("message", "") if self.client.progress else True:
            self.client.receive()

    def edit(self) -> None:
        """Insert a comment line at the top, and delete it the next time."""
        self.version += 1
        line = {"line": 0, "character": 0}
        end = line if self.version % 2 == 0 else {"line": 1, "character": 0}
        change = {"range": {"start": line, "end": end}, "text": "# typed\n" if end is line else ""}
        params = {"textDocument": {**self.document, "version": self.version}, "contentChanges": [change]}
        self.client.send(method="textDocument/didChange", params=params)

    def latencies(self, times: int, edits: bool) -> list[float]:
        """Milliseconds to the reply, for randomly chosen functions of the file."""
        seen, generator = [], random.Random(1)
        for _ in range(times):
            if edits:
                self.edit()
            position = {"line": generator.choice(self.functions) + 2, "character": 4}
            context = {"diagnostics": [], "triggerKind": 1}
            params = {"textDocument": self.document, "range": {"start": position, "end": position}, "context": context}
            start = time.perf_counter()
            actions = self.client.request("textDocument/codeAction", params)
            seen.append((time.perf_counter() - start) * 1000)
            if not actions:
                raise SystemExit(f"no code action on line {position['line'] + 1}")
            time.sleep(0.01)
        if any(value["kind"] == "end" for value in self.client.progress):
            raise SystemExit(f"the search ended before the requests did: {self.client.progress[-1]}")
        return seen


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--starts", type=int, default=7)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--lines", type=int, default=10_000)
    options = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "empty.py").write_text(EMPTY)
        command = [sys.executable, "-m", "reloc_lsp", "server", "--stdio"]
        rows = starts({"reloc-lsp": command, "empty pygls": [sys.executable, "empty.py"]}, folder, options.starts)
        print(f"{'server':28} {'CPU ms to initialize':>21} {'MiB':>7}")
        for server, (cpu, memory) in rows.items():
            print(f"{server:28} {cpu:21.0f} {memory:7.1f}")
        print(f"{'difference':28} {rows['reloc-lsp'][0] - rows['empty pygls'][0]:21.0f}")
        client = Client(command, folder)
        client.initialize()
        file = LongFile(client, options.lines)
        cases = {"no search": (False, False), "search": (True, False), "search, after an edit": (True, True)}
        print(f"\n{f'code action in {file.lines} lines':28} {'median ms':>21} {'90 % ms':>7}")
        for case, (searching, edits) in cases.items():
            if searching and not client.progress:
                file.search()
            seen = file.latencies(options.requests // 4 if edits else options.requests, edits)
            print(f"{case:28} {statistics.median(seen):21.1f} {statistics.quantiles(seen, n=10)[-1]:7.1f}", flush=True)
        client.end()
    print(f"load average at start and end: {load:.1f}, {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


if __name__ == "__main__":
    main()
