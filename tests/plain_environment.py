"""A virtual environment with pytest and nothing else, for the workspaces of these tests.

The environment that runs these tests has more pytest plugins. Every process of an evaluator would load them, which
takes about a second each time.
"""

from __future__ import annotations

import compileall
import shutil
import venv
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement


def make_environment(folder: Path) -> None:
    """Create the environment at `folder`, from packages that are installed in the running one."""
    venv.create(folder, with_pip=False, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    for part in _needed("pytest", set()):
        for file in part.files or ():
            if file.parts[0] != ".." and file.locate().is_file():
                (packages / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(file.locate(), packages / file)
    # The processes of an evaluator write no bytecode.
    compileall.compile_dir(packages, quiet=2)


def _needed(name: str, seen: set[str]) -> Iterator[Distribution]:
    """The distribution and everything that it requires on this platform; `seen` prevents repetitions."""
    if name in seen:
        return
    seen.add(name)
    found = distribution(name)
    yield found
    for requirement in map(Requirement, found.requires or ()):
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield from _needed(requirement.name, seen)
