"""Real fixes undone in workspaces of their own: clones, environments, and the two ways to undo a fix.

A row is undone where the fix was made, or, with a `head`, in that version of the project.
"""

from __future__ import annotations

import ast
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

MADE = "*version*.py", "_*.py", "*.so"
"""Files that a package has when it is built, and its repository has not."""


def cloned(work: Path, repo: str) -> Path:
    """The bare clone of a GitHub repository."""
    folder = work / "clones" / f"{repo.replace('/', '+')}.git"
    if not folder.exists():
        subprocess.run(["git", "clone", "--quiet", "--bare", f"https://github.com/{repo}", str(folder)], check=True)
    return folder


def environment(work: Path, repo: str, packages: str) -> Path:
    """A virtual environment with pytest, what the project needs, and what its tests need."""
    folder = work / "environments" / repo.replace("/", "+")
    if not (folder / "bin" / "pytest").exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "pytest>=8.3,<9"]
        subprocess.run([*pip, *shlex.split(packages)], check=True)
    return folder


def span(text: str, qualname: str) -> tuple[int, int]:
    """First and last line (from 0, the end excluded) of a function, decorators included."""
    node: ast.AST = ast.parse(text)
    for name in qualname.split("."):
        kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        node = next(inner for inner in ast.walk(node) if isinstance(inner, kinds) and inner.name == name)
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    return min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1, node.end_lineno or node.lineno


def then(git: Path, row: Mapping[str, Any], root: Path) -> None:
    """The fix's commit with the old function in its place."""
    archive = subprocess.run(["git", "--git-dir", git, "archive", row["commit"]], capture_output=True, check=True)
    subprocess.run(["tar", "-x", "-C", str(root)], input=archive.stdout, check=True)
    show = ["git", "--git-dir", str(git), "show", f"{row['commit']}^:{row['file']}"]
    old = subprocess.run(show, capture_output=True, check=True).stdout.decode().replace("\r\n", "\n")
    new = (root / row["file"]).read_bytes().decode().replace("\r\n", "\n")
    (first, last), (start, end) = span(old, row["qualname"]), span(new, row["qualname"])
    lines = new.splitlines(keepends=True)
    lines[start:end] = old.splitlines(keepends=True)[first:last]
    (root / row["file"]).write_bytes("".join(lines).encode())


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


def lay(git: Path, row: Mapping[str, Any], root: Path, environment: Path) -> None:
    """The workspace of a row below `root`."""
    if "head" in row:
        newest(git, row, root, environment)
    else:
        then(git, row, root)


def variables(root: Path, environment: Path) -> dict[str, str]:
    """The environment's variables, active, with the workspace's code found first."""
    path = os.pathsep.join(str(p) for p in (root / "src", root / "lib", root) if p.is_dir())
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "PYTHON"))}
    programs = os.pathsep.join([str(environment / "bin"), os.environ["PATH"]])
    active = {"VIRTUAL_ENV": str(environment), "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "PATH": programs}
    return {**kept, **active}
