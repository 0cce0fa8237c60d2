"""A revision in a workspace of hundreds of thousands of files: time until it starts, and disk space it takes.

    python tests/benchmarks/large_workspace.py [--files 200000] [--gigabytes 5] [--sandbox auto|none]

Generates a package of 2,000 modules, 10,000 tests in 500 files, and data files for the rest: many small files, and a
sparse one that has the size. Then runs `reloc-lsp revise` on one function with a planted bug, in an environment with
pytest and nothing else. Prints the seconds until the first candidate can be evaluated, the total seconds, and the peak
number of files and MiB in the scratch folder. The workspace is in a temporary folder, which is removed at the end.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))

from plain_environment import make_environment

PACKAGES, MODULES, TEST_FILES, TESTS = 40, 50, 500, 20
"""Subpackages, modules in each, test files, and tests in each. Chosen by hand."""
DATA_PER_FOLDER = 1000
"""Data files in a folder. Chosen by hand."""
INTERVAL = 0.5
"""Seconds between two looks at the scratch folder. Chosen by hand."""
READY = "is evaluated by"
"""Part of the log line that the command writes when the baseline is complete."""
FILE = "big/part07/module07.py"
FIRST = 7 * PACKAGES + 7
"""The number of the module `FILE`; its tests are written first."""
UNIT = f"{FILE}::scaled"
MODULE = """\
LIMIT = {number}


def scaled(value, factor=2):
    \"\"\"`value` times `factor`, and never more than 1000.\"\"\"
    result = value * factor
{padding}    if result > 1000:
        return 1000
    return result


def joined(names):
    \"\"\"The names in order, with commas.\"\"\"
    return ", ".join(sorted(names))
"""
BUG = ("value * factor", "value + factor")
TEST = """\
from big.part{part:02} import module{one:02} as one
from big.part{part:02} import module{two:02} as two
"""
CASE = """

def test_scaled_{number}():
    assert one.scaled({number}, 3) == {product}
    assert two.joined(["b", "a"]) == "a, b"
"""


def generate(
    root: Path, files: int, size: int = 0, test_files: int = TEST_FILES, tests: int = TESTS, lines: int = 0
) -> None:
    """Write the workspace to `root`.

    It has `files` files, of which one data file has `size` bytes, `test_files` files with `tests` tests each, and
    `lines` additional lines in each function.
    """
    padding = "".join(f"    result = result + 1 if result == -{line + 1} else result\n" for line in range(lines))
    write(root / "pyproject.toml", "[project]\nname = 'big'\n")
    write(root / ".env", "MODE=test\n")
    write(root / "big" / "__init__.py", "")
    for part in range(PACKAGES):
        folder = root / "big" / f"part{part:02}"
        write(folder / "__init__.py", "")
        for number in range(MODULES):
            write(folder / f"module{number:02}.py", MODULE.format(number=number, padding=padding))
    named = root / FILE
    named.write_text(named.read_text().replace(*BUG))
    for number in range(FIRST, FIRST + test_files):
        part, one = number % PACKAGES, number // PACKAGES % MODULES
        text = TEST.format(part=part, one=one, two=(one + 25) % MODULES)
        text += "".join(CASE.format(number=case, product=case * 3) for case in range(tests))
        write(root / "tests" / f"test_group{number:03}.py", text)
    left = files - PACKAGES * (MODULES + 1) - test_files - 4
    for number in range(left):
        write(root / "data" / f"set{number // DATA_PER_FOLDER:03}" / f"item{number}.json", f'{{"item": {number}}}\n')
    (root / "data").mkdir(exist_ok=True)
    with (root / "data" / "volume.bin").open("wb") as sparse:
        sparse.truncate(size)


def write(path: Path, text: str) -> None:
    """Write a file; create its folder if necessary."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


class FolderWatcher:
    """Records, in a thread, the peak number of files and bytes on disk in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = self.bytes = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> FolderWatcher:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(INTERVAL):
            sizes = list(file_sizes(str(self.folder)))
            self.files, self.bytes = max(self.files, len(sizes)), max(self.bytes, sum(sizes))


def file_sizes(folder: str) -> Iterator[int]:
    """Bytes on disk of each file in `folder` and its subfolders. Files may disappear during the call."""
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from file_sizes(entry.path)
        else:
            try:
                yield entry.stat(follow_symlinks=False).st_blocks * 512
            except OSError:
                continue


def revise(root: Path, scratch: Path, python: Path, sandbox: str) -> tuple[float, float, int]:
    """Seconds until the first candidate, total seconds, and exit status of a revision of the unit."""
    command = [sys.executable, "-m", "reloc_lsp", "revise", UNIT, "--seconds", "300", "--log-level", "debug"]
    command += ["--interpreter", str(python), "--sandbox", sandbox, "--diff"]
    began, first = time.monotonic(), 0.0
    with subprocess.Popen(
        command, cwd=root, env={**os.environ, "TMPDIR": str(scratch)}, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        for line in process.stderr:
            print(f"{time.monotonic() - began:8.2f} s  {line}", end="")
            if READY in line:
                first = time.monotonic() - began
    return first, time.monotonic() - began, process.returncode


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=200_000)
    parser.add_argument("--gigabytes", type=float, default=5.0)
    parser.add_argument("--sandbox", choices=("auto", "none"), default="auto", help="none: everything is copied")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root, scratch = Path(folder).resolve() / "project", Path(folder).resolve() / "scratch"
        scratch.mkdir()
        make_environment(Path(folder) / "environment")
        python = Path(folder) / "environment" / "bin" / "python"
        generate(root, options.files, int(options.gigabytes * 2**30))
        with FolderWatcher(scratch) as peak:
            first, total, status = revise(root, scratch, python, options.sandbox)
        left = len(list(scratch.iterdir()))
    print(f"\n{'files':>9} {'first candidate':>16} {'total':>9} {'scratch files':>14} {'scratch MB':>11}")
    print(f"{options.files:9} {first:14.2f} s {total:7.2f} s {peak.files:14} {peak.bytes / 2**20:11.1f}")
    if not first:
        raise SystemExit(f"the log has no line with {READY!r}")
    if status or left:
        raise SystemExit(f"exit status {status}, and {left} folders remain")


if __name__ == "__main__":
    main()
