"""Compare this server with other Python language servers, with the same client in one run.

    python tests/benchmarks/compare_servers.py [--work DIR] [--starts 5] [--requests 50] [--searches 100]

The others are jedi-language-server, python-lsp-server and ruff, installed into a separate environment below DIR. The
benchmark measures:

- wall-clock and CPU milliseconds from the start of the process to its reply to `initialize`;
- milliseconds to a `textDocument/codeAction` reply in files of 1,000 and 10,000 lines, without edits and directly after
  an edit of one line (the replies differ: refactorings, fixes, nothing, or an error);
- resident memory with the longer file open;
- for this server only: memory after each tenth of the searches in a small project;
- for this server only: time from a cancellation during a search until its last child process has ended.

The servers take turns; medians are printed. Needs Linux (/proc) and a package index.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from pathlib import Path

from server import OPTIONS, Client, LongFile, cpu_of, memory_of

OTHERS = ("jedi-language-server", "python-lsp-server", "ruff")
LINES = (1_000, 10_000)
"""Lengths of the open files, in lines."""
SHORT_BUDGET = {"budget": {"seconds": 30, "evaluations": 8}}
"""Budget of each search of the memory measurement. Chosen by hand, so that many searches take minutes."""
FAILING = "from small import wrong\n\ndef test_wrong():\n    assert wrong(3) == 8\n    assert wrong(4) == 17\n"
SMALL = "def wrong(value):\n    total = value * 2\n    return total - 1\n"


def installed(work: Path) -> dict[str, list[str]]:
    """The commands of all servers. The other servers are installed on the first call."""
    programs = work / "servers" / "bin"
    if not (programs / "ruff").exists():
        venv.create(programs.parent, with_pip=True, clear=True)
        subprocess.run([str(programs / "python"), "-m", "pip", "install", "-qq", *OTHERS], check=True)
    return {
        "reloc-lsp": [sys.executable, "-m", "reloc_lsp", "server", "--stdio"],
        "jedi-language-server": [str(programs / "jedi-language-server")],
        "python-lsp-server": [str(programs / "pylsp")],
        "ruff": [str(programs / "ruff"), "server"],
    }


def start(command: list[str], folder: Path) -> tuple[float, float]:
    """Wall-clock and CPU milliseconds to the reply to `initialize`."""
    began = time.perf_counter()
    client = Client(command, folder)
    client.initialize()
    figures = (time.perf_counter() - began) * 1000, cpu_of(client.process.pid) * 1000
    client.send(method="initialized", params={})
    client.end()
    return figures


def response_time(file: LongFile, requests: int, edits: bool) -> float:
    """Median milliseconds to the reply to a request for code actions."""
    seen = []
    for number in range(requests):
        if edits:
            file.edit()
        position = {"line": file.functions[number * 7 % len(file.functions)] + 2, "character": 4}
        params = {
            "textDocument": file.document,
            "range": {"start": position, "end": {**position, "character": 9}},
            "context": {"diagnostics": [], "triggerKind": 1},
        }
        began = time.perf_counter()
        file.client.reply("textDocument/codeAction", params)
        seen.append((time.perf_counter() - began) * 1000)
        time.sleep(0.01)
    return statistics.median(seen)


def descendants(pid: int) -> Iterator[int]:
    """All descendants of the process `pid`."""
    try:
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return
    for child in children:
        yield child
        yield from descendants(child)


def cancellation(command: list[str], folder: Path) -> tuple[float, int]:
    """Seconds from a cancellation until the server has no child process, and how many it had."""
    client = Client(command, folder)
    client.initialize()
    file = LongFile(client, 100)
    file.search()
    running = len(list(descendants(client.process.pid)))
    began = time.perf_counter()
    client.request("workspace/executeCommand", {"command": "reloc.cancel", "arguments": []})
    while any(descendants(client.process.pid)):
        time.sleep(0.002)
    seconds = time.perf_counter() - began
    client.end()
    return seconds, running


def memory_over_searches(command: list[str], folder: Path, searches: int) -> list[float]:
    """Resident memory in MiB before the first search and after each tenth of them."""
    (folder / "small.py").write_text(SMALL)
    (folder / "test_small.py").write_text(FAILING)
    client = Client(command, folder)
    OPTIONS.update(SHORT_BUDGET)
    client.initialize()
    client.send(method="initialized", params={})
    opened = {"uri": (folder / "small.py").as_uri(), "languageId": "python", "version": 1, "text": SMALL}
    client.send(method="textDocument/didOpen", params={"textDocument": opened})
    seen = [memory_of(client.process.pid)]
    for number in range(1, searches + 1):
        client.progress.clear()
        arguments = [opened["uri"], "wrong", 1]
        client.request("workspace/executeCommand", {"command": "reloc.revise", "arguments": arguments})
        while not any(value["kind"] == "end" for value in client.progress):
            client.receive()
        if number % max(searches // 10, 1) == 0:
            seen.append(memory_of(client.process.pid))
            print(f"after {number} searches: {seen[-1]:.1f} MiB", flush=True)
    client.end()
    return seen


def compare(commands: dict[str, list[str]], folder: Path, starts: int, requests: int) -> None:
    """Print the table of all servers."""
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for number in range(starts + 1):
        for name, command in commands.items():
            figures = start(command, folder)
            seen[name] += [figures] if number else []
    heads = [f"{what} {lines:,}" for lines in LINES for what in ("unedited", "edited")]
    print(f"{'':22} {'start ms':>9} {'CPU ms':>7} " + " ".join(f"{head:>14}" for head in heads) + f" {'MiB':>7}")
    for name, command in commands.items():
        row = []
        for lines in LINES:
            client = Client(command, folder)
            client.initialize()
            file = LongFile(client, lines)
            response_time(file, 3, edits=True)
            row += [response_time(file, requests, edits=False), response_time(file, requests, edits=True)]
            memory = memory_of(client.process.pid)
            client.end()
        clock, cpu = (statistics.median(column) for column in zip(*seen[name], strict=True))
        figures = " ".join(f"{value:14.1f}" for value in row)
        print(f"{name:22} {clock:9.0f} {cpu:7.0f} {figures} {memory:7.1f}", flush=True)


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, help="folder that keeps the other servers")
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--requests", type=int, default=50)
    parser.add_argument("--searches", type=int, default=100)
    options = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name:
        commands = installed(options.work or Path(name))
        folder = Path(name) / "project"
        folder.mkdir()
        compare(commands, folder, options.starts, options.requests)
        command = commands["reloc-lsp"]
        ends = [cancellation(command, folder) for _ in range(5)]
        seconds, running = statistics.median(one for one, _ in ends), max(count for _, count in ends)
        print(f"from a cancellation to the end of the last of {running} processes: {seconds:.2f} s (median of 5)")
        memory = memory_over_searches(command, folder, options.searches)
        print(f"memory before, after a tenth and after all {options.searches} searches: "
              f"{memory[0]:.0f}, {memory[1]:.0f}, {memory[-1]:.0f} MiB")  # fmt: skip
    print(f"load average at start and end: {load:.1f}, {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


if __name__ == "__main__":
    main()
