"""Repair benchmark on planted bugs: how many are fixed, and how many of the repairs are right.

    env/bin/python repair_planted.py OUT [--sample 60] [--seed 1] [--seconds 60] [--command "reloc-lsp revise"]

OUT and the environment are the ones of plant.py. A bug is "fixed" if the command reports it, "right" if the package's
whole test suite passes on the revised file, and "same" if the revised function is the original one apart from layout.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import plant

GRACE = 60.0
"""Seconds after its time limit until the command is killed. Chosen by hand."""


def revise(out: Path, row: plant.Plant, command: list[str], seconds: float) -> dict[str, Any]:
    """Repair one planted bug in a new copy of its package, and check the result."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="planted-") as folder:
        tree = Path(folder) / row.package
        shutil.copytree(out / row.package, tree, ignore=shutil.ignore_patterns("__pycache__"))
        (tree / row.file).write_text(row.mutated_file_text, encoding="utf-8")
        call = [*command, f"{row.file}::{row.qualname}", "--json", "--seconds", f"{seconds:g}"]
        variables = {**os.environ, "PYTHONPATH": str(tree / row.import_path), "VIRTUAL_ENV": sys.prefix}
        try:
            done = subprocess.run(
                call, cwd=tree, env=variables, capture_output=True, text=True, timeout=seconds + GRACE, check=False
            )
            report = json.loads(done.stdout)
        except (ValueError, subprocess.TimeoutExpired) as error:
            return {"id": row.id, "package": row.package, "fixed": False, "verdict": repr(error)[:200]}
    fixed = report["status"] == "fixed"
    return {
        "id": row.id, "package": row.package, "fixed": fixed, "seconds": time.monotonic() - began,
        "verdict": plant.check_repair(out, row, report["source"]) if fixed else report["status"],
        "first": report["cost"]["first_fix"], "evaluations": report["cost"]["evaluations"],
        "cpu": report["cost"]["cpu_seconds"], "diff": report["diff"],
    }  # fmt: skip


def table(rows: list[dict[str, Any]]) -> str:
    """The results by package."""
    lines = [f"{'package':18} {'plants':>6} {'fixed':>6} {'right':>6} {'same':>6}"]
    for name in [*sorted({row["package"] for row in rows}), "all"]:
        members = [row for row in rows if name in (row["package"], "all")]
        verdicts = [row["verdict"] for row in members if row["fixed"]]
        right = sum(verdict in ("same", "passes") for verdict in verdicts)
        lines.append(f"{name:18} {len(members):6} {len(verdicts):6} {right:6} {verdicts.count('same'):6}")
    fixed = [row for row in rows if row["fixed"]]
    if fixed:
        medians = [statistics.median(row[key] for row in fixed) for key in ("first", "cpu", "seconds")]
        lines.append(
            "medians of the fixed bugs: {:.0f} evaluations, {:.2f} CPU s of candidates, {:.1f} s".format(*medians)
        )
    return "\n".join(lines)


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--sample", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--command", default="reloc-lsp revise")
    options = parser.parse_args()
    plants = plant.read_plants(options.out)
    rows = []
    for row in random.Random(options.seed).sample(plants, min(options.sample, len(plants))):
        rows.append(revise(options.out.resolve(), row, shlex.split(options.command), options.seconds))
        print(rows[-1]["id"], rows[-1]["verdict"], rows[-1].get("first"), flush=True)
    print(table(rows))


if __name__ == "__main__":
    main()
