"""Workspaces in which a real fix is undone: clones, environments, and two ways to undo a fix.

A row with a `head` is undone in that version of the project, any other row in the commit that made the fix.
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

GENERATED = "*version*.py", "_*.py", "*.so"
"""Patterns of files that a build adds to a package and that its repository does not contain."""


def cloned(work: Path, repo: str) -> Path:
    """The bare clone of a GitHub repository, made on the first call."""
    folder = work / "clones" / f"{repo.replace('/', '+')}.git"
    if not folder.exists():
        subprocess.run(["git", "clone", "--quiet", "--bare", f"https://github.com/{repo}", str(folder)], check=True)
    return folder


def environment(work: Path, repo: str, packages: str) -> Path:
    """A virtual environment with pytest and `packages`, the requirements of the project and its tests."""
    folder = work / "environments" / repo.replace("/", "+")
    if not (folder / "bin" / "pytest").exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "pytest>=8.3,<9"]
        subprocess.run([*pip, *shlex.split(packages)], check=True)
    return folder


def span(text: str, qualname: str) -> tuple[int, int]:
    """First line and end line (from 0, end excluded) of a function, decorators included."""
    node: ast.AST = ast.parse(text)
    for name in qualname.split("."):
        kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        node = next(inner for inner in ast.walk(node) if isinstance(inner, kinds) and inner.name == name)
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    return min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1, node.end_lineno or node.lineno


def checkout_fix_commit(git: Path, row: Mapping[str, Any], root: Path) -> None:
    """Write the fix's commit to `root`, with the old version of the function."""
    archive = subprocess.run(["git", "--git-dir", git, "archive", row["commit"]], capture_output=True, check=True)
    subprocess.run(["tar", "-x", "-C", str(root)], input=archive.stdout, check=True)
    show = ["git", "--git-dir", str(git), "show", f"{row['commit']}^:{row['file']}"]
    old = subprocess.run(show, capture_output=True, check=True).stdout.decode().replace("\r\n", "\n")
    new = (root / row["file"]).read_bytes().decode().replace("\r\n", "\n")
    (first, last), (start, end) = span(old, row["qualname"]), span(new, row["qualname"])
    lines = new.splitlines(keepends=True)
    lines[start:end] = old.splitlines(keepends=True)[first:last]
    (root / row["file"]).write_bytes("".join(lines).encode())


def git_output(git: Path, *arguments: str) -> str:
    """The output of a git command in a bare repository; raises `ValueError` if it fails."""
    done = subprocess.run(["git", "--git-dir", str(git), *arguments], capture_output=True, check=False)
    if done.returncode:
        raise ValueError(done.stderr.decode("utf-8", "replace")[:200])
    return done.stdout.decode().replace("\r\n", "\n")


def function(text: str, qualname: str) -> str:
    """The lines of a function, decorators included."""
    first, last = span(text, qualname)
    return "".join(text.splitlines(keepends=True)[first:last])


def undone(git: Path, row: Mapping[str, Any]) -> str:
    """The row's file at its `head`, with the fix undone; raises `ValueError` if this gives a merge conflict."""
    file, qualname = row["file"], row["qualname"]
    now = git_output(git, "show", f"{row['head']}:{file}")
    texts = [function(git_output(git, "show", f"{row['commit']}{at}:{file}"), qualname) for at in ("", "^")]
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("now", "fixed", "before")]
        for path, text in zip(paths, [function(now, qualname), *texts], strict=True):
            path.write_text(text, encoding="utf-8")
        merged = subprocess.run(["git", "merge-file", "-p", *paths], capture_output=True, check=False)
    found = merged.stdout.decode()
    if merged.returncode or found == function(now, qualname):
        raise ValueError("the function has changed since the fix")
    first, last = span(now, qualname)
    lines = now.splitlines(keepends=True)
    return "".join([*lines[:first], found, *lines[last:]])


def checkout_head(git: Path, row: Mapping[str, Any], root: Path, environment: Path) -> None:
    """Write the project at the row's `head` to `root`, with the fix undone and the files that a build generates."""
    archive = subprocess.run(["git", "--git-dir", git, "archive", row["head"]], capture_output=True, check=True)
    subprocess.run(["tar", "-x", "-C", str(root)], input=archive.stdout, check=True)
    for installed in environment.glob("lib/python3*/site-packages/*/__init__.py"):
        package = installed.parent
        for here in (root / "src" / package.name, root / "lib" / package.name, root / package.name):
            if (here / "__init__.py").is_file():
                for made in (made for pattern in GENERATED for made in package.rglob(pattern)):
                    copy = here / made.relative_to(package)
                    if not copy.exists() and copy.parent.is_dir():
                        shutil.copy(made, copy)
    (root / row["file"]).write_text(undone(git, row), encoding="utf-8")


def checkout(git: Path, row: Mapping[str, Any], root: Path, environment: Path) -> None:
    """Write the workspace of a row to `root`."""
    if "head" in row:
        checkout_head(git, row, root, environment)
    else:
        checkout_fix_commit(git, row, root)


def variables(root: Path, environment: Path) -> dict[str, str]:
    """Environment variables that activate `environment` and make the workspace's code importable first."""
    path = os.pathsep.join(str(p) for p in (root / "src", root / "lib", root) if p.is_dir())
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "PYTHON"))}
    programs = os.pathsep.join([str(environment / "bin"), os.environ["PATH"]])
    active = {"VIRTUAL_ENV": str(environment), "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "PATH": programs}
    return {**kept, **active}
