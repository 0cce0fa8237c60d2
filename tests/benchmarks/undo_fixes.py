"""List real fixes that can be undone in the newest version of their project; one environment serves all of them.

    python tests/benchmarks/undo_fixes.py WORK ROWS.jsonl OWNER/NAME ...

WORK is the folder of realfix.py. Each row is a fix of one function by a single rewrite that can be undone in the newest
version. Whether a test notices it is not checked here: realfix.py and evidence_real_fixes.py find that out.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from checkouts import cloned, git_output, undone

from reloc_lsp.program.unit import PARSING_ERRORS, Module
from reloc_lsp.revision.reward_data.fix_lists import MAX_CHARACTERS, TargetVersion
from reloc_lsp.reward.training.sources.history import HistorySource
from reloc_lsp.rewrites.source.module_context import ModuleContext


def rows(git: Path, repo: str) -> Iterator[dict[str, Any]]:
    """The fixes of a repository that are a single rewrite and can be undone; newest first."""
    head = git_output(git, "rev-parse", "HEAD").strip()
    for fix in HistorySource(git, repo).fixes():
        change = fix.change
        row = {"repo": repo, "head": head, "commit": fix.commit, "file": fix.file, "qualname": change.qualname}
        if len(change.before) > MAX_CHARACTERS:
            continue
        try:
            before = Module(undone(git, row))
            now = Module(git_output(git, "show", f"{head}:{fix.file}"))
            unit, fixed = before.find(change.qualname), now.find(change.qualname)
            if unit is None or fixed is None:
                continue
            wanted = TargetVersion(now.source(fixed))
            if wanted.is_reachable(before.source(unit), ModuleContext(before.tree, change.qualname, {})):
                yield row
        except (ValueError, StopIteration, *PARSING_ERRORS):
            continue


def main() -> None:
    """Write the rows of some repositories."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("repositories", nargs="+")
    options = parser.parse_args()
    with options.out.open("a", encoding="utf-8") as stream:
        for repo in options.repositories:
            found = list(rows(cloned(options.work.resolve(), repo), repo))
            stream.writelines(json.dumps(row) + "\n" for row in found)
            print(repo, len(found), flush=True)


if __name__ == "__main__":
    main()
