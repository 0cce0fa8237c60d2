"""Repair benchmark on the hand-written cases: how many are fixed, how many are right, and at what cost.

    python tests/benchmarks/repair.py [--set handwritten] [--only REGEX] [--seconds 60] [--evaluations N] [--jobs 1]
        [--out FILE]

The set `handwritten` contains mostly missing code; `exercises` contains functions as in programming exercises, each
with one bug. A case is "fixed" if the command reports it, and "right" if the held-out tests pass too, which the search
did not see. Prints a line per case and a table by kind of bug.
"""

from __future__ import annotations

import argparse
import json
import re
import shlex
import statistics
import subprocess
import sys
import tempfile
import tomllib
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

SETS = Path(__file__).parent
GRACE = 60.0
"""Seconds after its time limit until the command is killed, and time limit of the held-out tests. Chosen by hand."""


def run_case(path: Path, command: list[str], seconds: float, evaluations: int | None) -> dict[str, Any]:
    """Repair one case in a new workspace and check the result."""
    bound = [] if evaluations is None else ["--evaluations", str(evaluations)]
    return repaired(tomllib.loads(path.read_text()), path.stem, [*command, *bound], seconds)


def repaired(case: dict[str, Any], name: str, command: list[str], seconds: float) -> dict[str, Any]:
    """A case repaired by a command within so many seconds: what it reported, and whether that is right."""
    file = case["unit"].split("::")[0]
    with tempfile.TemporaryDirectory(prefix="repair-") as folder:
        root = Path(folder)
        (root / file).write_text(case["broken"])
        (root / f"test_{Path(file).stem}.py").write_text(case["tests"])
        call = [*command, case["unit"], "--json", "--seconds", str(seconds)]
        try:
            done = subprocess.run(call, cwd=root, capture_output=True, text=True, timeout=seconds + GRACE, check=False)
            report = json.loads(done.stdout)
        except (ValueError, subprocess.TimeoutExpired) as error:
            return {
                "case": name,
                "kind": case["kind"],
                "fixed": False,
                "right": False,
                "note": repr(error)[:300],
            }
        row = {
            "case": name, "kind": case["kind"], "status": report["status"], "message": report["message"],
            "evaluations": report["cost"]["evaluations"], "cpu": report["cost"]["cpu_seconds"],
            "seconds": report["cost"]["seconds"], "diff": report["diff"], "fixed": False, "right": False,
            "first": report["cost"].get("first_fix"), "calls": report["cost"]["calls"],
            "tokens": report["cost"]["completion_tokens"], "read": report["cost"]["prompt_tokens"],
        }  # fmt: skip
        if report["status"] == "fixed":
            row["fixed"] = True
            row["confidence"] = report["confidence"]
            row["right"] = held_out_passes(root, file, report["source"], case["held_out"])
            row["right_alternative"] = row["right"] or any(
                held_out_passes(root, file, other["source"], case["held_out"]) for other in report["alternatives"]
            )
        return row


def held_out_passes(root: Path, file: str, source: str, held_out: str) -> bool:
    """Whether the revised file passes the tests that the search did not see."""
    (root / file).write_text(source)
    (root / "test_held_out.py").write_text(held_out)
    call = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "test_held_out.py"]
    try:
        return subprocess.run(call, cwd=root, capture_output=True, timeout=GRACE, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def table(rows: list[dict[str, Any]]) -> str:
    """The results by kind of bug."""
    kinds = defaultdict(list)
    for row in rows:
        kinds[row["kind"]].append(row)
    lines = [f"{'kind':20} {'cases':>5} {'fixed':>5} {'right':>5}"]
    for kind, members in sorted(kinds.items()):
        lines.append(
            f"{kind:20} {len(members):5} {sum(r['fixed'] for r in members):5} {sum(r['right'] for r in members):5}"
        )
    fixed = [r for r in rows if r["fixed"]]
    lines.append(f"{'all':20} {len(rows):5} {len(fixed):5} {sum(r['right'] for r in rows):5}")
    if fixed:
        sure = [r for r in fixed if (r["confidence"] or {}).get("sure")]
        wrong = sum(not r["right"] for r in sure)
        lines.append(f"shown as sure: {len(sure)} of {len(fixed)}, {wrong} of them wrong")
        firsts = sorted(r["first"] or r["evaluations"] for r in fixed)
        late = firsts[int(len(firsts) * 0.9)]
        lines.append(f"evaluations to the first fix: median {statistics.median(firsts):.0f}, 90 % {late}")
        lines.append(
            f"CPU seconds of candidates: median {statistics.median(r['cpu'] for r in fixed):.2f}; "
            f"wall seconds: median {statistics.median(r['seconds'] for r in fixed):.1f}"
        )
    return "\n".join(lines)


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", default="handwritten", choices=["handwritten", "exercises"])
    parser.add_argument("--only", default="")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--evaluations", type=int)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--command", default=f"{sys.executable} -m reloc_lsp revise")
    options = parser.parse_args()
    cases = sorted((SETS / options.set).glob("*.toml"))
    paths = [path for path in cases if re.search(options.only, path.read_text()[:60] + path.stem)]
    with ThreadPoolExecutor(options.jobs) as pool:
        command = shlex.split(options.command)
        rows = []
        for row in pool.map(lambda path: run_case(path, command, options.seconds, options.evaluations), paths):
            rows.append(row)
            print(line(row), flush=True)
    if options.out:
        options.out.write_text("\n".join(map(json.dumps, rows)) + "\n")
    print(table(rows))


def line(row: dict[str, Any]) -> str:
    """The result of one case, as a line."""
    verdict = "right" if row["right"] else "WRONG" if row["fixed"] else "MISSED"
    details = f"{row.get('status')} {row.get('first') or row.get('evaluations')} {row.get('note', '')}"
    return f"{verdict:6} {row['kind']:18} {row['case']:28} {details}"


if __name__ == "__main__":
    main()
