"""The study: methods x models x sets x seeds at equal seconds or equal tokens, one row a run.

    python tests/benchmarks/study.py ROWS [--methods rewrites auto] [--sets handwritten exercises] [--seeds 0]
        [--seconds 60] [--tokens N] [--label NAME --base-url URL] [--only REGEX] [--every N] [--mbpp FILE]
    python tests/benchmarks/study.py ROWS --report [--page docs/benchmarks/study.md]

The rows are JSON lines. A study that was interrupted goes on where it ended: a run whose row is there is not repeated.
`--label` names the model at `--base-url`; methods without a model need neither. A run is solved if the command reports
it as fixed, and right if tests pass, too, that the search did not see.
"""

from __future__ import annotations

import argparse
import json
import re
import shlex
import sys
from itertools import product
from pathlib import Path

from repair import repaired
from study_report import page
from study_sets import FOLDERS, cases

METHODS = {
    "rewrites": ("--reviser", "rewrites"),
    "auto": ("--reviser", "auto"),
    "model": ("--reviser", "model"),
    "genetic": ("--reviser", "model", "--algorithm", "genetic"),
    "best-of-n": ("--reviser", "model", "--algorithm", "best-of-n"),
    "self-refinement": ("--reviser", "model", "--algorithm", "self-refinement"),
    "paper hill climbing": ("--reviser", "model", "--rules", "paper"),
    "paper genetic": ("--reviser", "model", "--rules", "paper", "--algorithm", "genetic"),
}
"""The options of each method. All but the first use a model; `auto` uses rewrites too."""


def main() -> None:
    """Run the study, or report on its rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=Path)
    parser.add_argument("--methods", nargs="+", default=["rewrites", "auto"], choices=METHODS)
    parser.add_argument("--sets", nargs="+", default=list(FOLDERS), choices=[*FOLDERS, "mbpp"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--tokens", type=int)
    parser.add_argument("--label", default="")
    parser.add_argument("--base-url", default="")
    parser.add_argument("--only", default="")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--mbpp", type=Path)
    parser.add_argument("--command", default=f"{sys.executable} -m reloc_lsp revise")
    parser.add_argument("--report", action="store_true")
    parser.add_argument("--page", type=Path)
    options = parser.parse_args()
    rows = [json.loads(line) for line in options.rows.read_text().splitlines()] if options.rows.exists() else []
    if options.report:
        text = page(rows, options.page)
        sys.stdout.write(text) if options.page is None else options.page.write_text(text)
        return
    done = {key(row) for row in rows}
    with options.rows.open("a") as file:
        for seed, name in product(options.seeds, options.sets):
            found = [pair for pair in cases(name, options.mbpp, seed) if re.search(options.only, pair[0])]
            for (case, content), method in product(found[:: options.every], options.methods):
                model = "" if method == "rewrites" else options.label
                about = {"method": method, "model": model, "set": name, "case": case, "seed": seed}
                about |= {"limit_seconds": options.seconds, "limit_tokens": options.tokens}
                if key(about) in done:
                    continue
                flags = [*METHODS[method], "--seed", str(seed)]
                flags += ["--tokens", str(options.tokens)] if options.tokens else []
                flags += ["--base-url", options.base_url] if model else []
                row = about | repaired(content, case, [*shlex.split(options.command), *flags], options.seconds)
                file.write(json.dumps(row) + "\n")
                file.flush()
                outcome = "right" if row["right"] else "wrong" if row["fixed"] else "-"
                print(f"{method:20} {case:20} {outcome:6} {row.get('seconds')} s", flush=True)


def key(row: dict[str, object]) -> tuple[object, ...]:
    """What two rows of the same run have in common."""
    names = ("method", "model", "set", "case", "seed", "limit_seconds", "limit_tokens")
    return tuple(row.get(name) for name in names)


if __name__ == "__main__":
    main()
