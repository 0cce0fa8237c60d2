"""Real fixes taken back in the newest version of their projects, so that one environment serves all fixes of one.

    python tests/benchmarks/undone.py WORK rows.jsonl OWNER/NAME ...

WORK is that of realfix.py. A row is a fix of one function that is a single rewrite of it, and that can be taken back
in the newest version; whether tests notice is for evidence_judged.py to say.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from realfix import cloned, span

from reloc_lsp.program.unit import PARSING_ERRORS, Module
from reloc_lsp.revision.fixes import LONGEST, Wanted
from reloc_lsp.reward.history import HistorySource
from reloc_lsp.rewrites.module import ModuleContext

MADE = "*version*.py", "_*.py", "*.so"
"""Files that a package has when it is built, and its repository has not."""


def said(git: Path, *arguments: str) -> str:
    """What git says of a bare repository; raises `ValueError`."""
    done = subprocess.run(["git", "--git-dir", str(git), *arguments], capture_output=True, check=False)
    if done.returncode:
        raise ValueError(done.stderr.decode("utf-8", "replace")[:200])
    return done.stdout.decode().replace("\r\n", "\n")


def function(text: str, qualname: str) -> str:
    """The lines of a function, decorators included."""
    first, last = span(text, qualname)
    return "".join(text.splitlines(keepends=True)[first:last])


def undone(git: Path, row: Mapping[str, Any]) -> str:
    """The text of the row's file at its `head` with the fix taken back; raises `ValueError` where that is not clean."""
    file, qualname = row["file"], row["qualname"]
    now = said(git, "show", f"{row['head']}:{file}")
    texts = [function(said(git, "show", f"{row['commit']}{at}:{file}"), qualname) for at in ("", "^")]
    with tempfile.TemporaryDirectory() as folder:
        places = [Path(folder) / name for name in ("now", "fixed", "before")]
        for place, text in zip(places, [function(now, qualname), *texts], strict=True):
            place.write_text(text, encoding="utf-8")
        merged = subprocess.run(["git", "merge-file", "-p", *places], capture_output=True, check=False)
    found = merged.stdout.decode()
    if merged.returncode or found == function(now, qualname):
        raise ValueError("the function was changed since")
    first, last = span(now, qualname)
    lines = now.splitlines(keepends=True)
    return "".join([*lines[:first], found, *lines[last:]])


def newest(git: Path, row: Mapping[str, Any], root: Path, environment: Path) -> None:
    """The project at the row's `head` below `root`, with the fix taken back and what a build would have made."""
    archive = subprocess.run(["git", "--git-dir", git, "archive", row["head"]], capture_output=True, check=True)
    subprocess.run(["tar", "-x", "-C", str(root)], input=archive.stdout, check=True)
    for installed in environment.glob("lib/python3*/site-packages/*/__init__.py"):
        package = installed.parent
        for here in (root / "src" / package.name, root / "lib" / package.name, root / package.name):
            if (here / "__init__.py").is_file():
                for made in (made for pattern in MADE for made in package.rglob(pattern)):
                    copy = here / made.relative_to(package)
                    if not copy.exists() and copy.parent.is_dir():
                        shutil.copy(made, copy)
    (root / row["file"]).write_text(undone(git, row), encoding="utf-8")


def rows(git: Path, repo: str) -> Iterator[dict[str, Any]]:
    """The fixes of a repository that are a single rewrite, and can be taken back; the newest first."""
    head = said(git, "rev-parse", "HEAD").strip()
    for fix in HistorySource(git, repo).fixes():
        change = fix.change
        row = {"repo": repo, "head": head, "commit": fix.commit, "file": fix.file, "qualname": change.qualname}
        if len(change.before) > LONGEST:
            continue
        try:
            before = Module(undone(git, row))
            now = Module(said(git, "show", f"{head}:{fix.file}"))
            unit, fixed = before.find(change.qualname), now.find(change.qualname)
            if unit is None or fixed is None:
                continue
            wanted = Wanted(now.source(fixed))
            if wanted.in_reach(before.source(unit), ModuleContext(before.tree, change.qualname, {})):
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
