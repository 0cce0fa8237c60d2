"""Repair benchmark on real fixes from the histories of 45 projects, each with the project's own tests.

    python tests/benchmarks/realfix.py WORK [--lines 1] [--sample 60] [--seed 1] [--seconds 60] [--command "..."]
    python tests/benchmarks/realfix.py WORK --rows tests/benchmarks/realfix_single.jsonl
    python tests/benchmarks/realfix.py WORK --rows tests/benchmarks/undone.jsonl --seconds 30
    python tests/benchmarks/realfix.py WORK --out with.jsonl
    XDG_CONFIG_HOME=... python tests/benchmarks/realfix.py WORK --out without.jsonl   # reward.evidence = "off" there
    python tests/benchmarks/compare_runs.py without.jsonl with.jsonl

For each row, the fix's commit (or the newest version of the project) is checked out, and the one function that the fix
changed is restored to its old version. A revision is plausible if it passes the tests that the fix made pass, and if no
other test of their files fails that passes with the fix. If a row names no tests, the status of the command is printed.
On first use, repositories are cloned and environments are created below WORK (some GB). The projects' code is not part
of this repository.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shlex
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from checkouts import checkout, cloned, environment, variables

HERE = Path(__file__).parent
GRACE = 60.0
"""Seconds after its time limit until the command is killed. Chosen by hand."""
TEST_SECONDS = 300.0
"""Time limit of the project's tests on a revision, in seconds. Chosen by hand."""


def plausible(row: dict[str, Any], root: Path, python: Path, variables: dict[str, str]) -> bool:
    """Whether the row's tests pass, apart from those that fail with the real fix too."""
    call = [str(python), "-m", "pytest", "-q", "-rfE", "-p", "no:cacheprovider", *row["tests"]]
    try:
        done = subprocess.run(
            call, cwd=root, env=variables, capture_output=True, text=True, timeout=TEST_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    failed = set(re.findall(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE))
    return done.returncode in (0, 1) and failed <= set(row["failing_with_fix"])


def revise(row: dict[str, Any], work: Path, packages: str, command: list[str], seconds: float) -> dict[str, Any]:
    """The result for one bug. `first` is the number of evaluations until the first passing revision, or 0."""
    name = row.get("id") or f"{row['repo']}-{row['commit'][:10]}-{row['qualname']}"
    folder = environment(work, row["repo"], packages)
    with tempfile.TemporaryDirectory(prefix="realfix-") as workspace:
        root = Path(workspace).resolve()
        checkout(cloned(work, row["repo"]), row, root, folder)
        active = variables(root, folder)
        call = [*command, f"{row['file']}::{row['qualname']}", "--json", "--apply", "--seconds", f"{seconds:g}"]
        try:
            done = subprocess.run(
                call, cwd=root, env=active, capture_output=True, text=True, timeout=seconds + GRACE, check=False
            )
            report = json.loads(done.stdout)
        except (ValueError, subprocess.TimeoutExpired) as error:
            return {"id": name, "result": repr(error)[:80], "first": 0}
        result = str(report["status"])
        if report["diff"] and "tests" in row:
            result = "plausible" if plausible(row, root, folder / "bin" / "python", active) else "not plausible"
        return {"id": name, "result": result, "first": report["cost"]["first_fix"], "cost": report["cost"]}


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--rows", type=Path, default=HERE / "realfix.jsonl", help="which fixes (default: %(default)s)")
    parser.add_argument(
        "--lines", type=int, default=0, help="only fixes that change at most this many lines (default: all)"
    )
    parser.add_argument("--sample", type=int, default=0, help="size of a random sample of the fixes (default: all)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--command", default=f"{sys.executable} -m reloc_lsp revise")
    parser.add_argument("--out", type=Path, help="file to which a JSON line per bug is appended")
    options = parser.parse_args()
    rows = [json.loads(line) for line in options.rows.read_text().splitlines()]
    rows = [row for row in rows if not options.lines or row.get("diff_lines_changed", 1) <= options.lines]
    if options.sample:
        rows = random.Random(options.seed).sample(rows, min(options.sample, len(rows)))
    packages = dict(line.split("|") for line in (HERE / "realfix_packages.txt").read_text().splitlines())
    counts: Counter[str] = Counter()
    for row in rows:
        found = revise(
            row, options.work.resolve(), packages[row["repo"]], shlex.split(options.command), options.seconds
        )
        counts[found["result"]] += 1
        print(found["id"], found["result"], int(found["first"]), flush=True)
        if options.out:
            with options.out.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(found) + "\n")
    print(dict(counts.most_common()))


if __name__ == "__main__":
    main()
