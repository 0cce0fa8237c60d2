"""The candidates of `speed.py`: mutants that mutmut's operators make of top-level functions of a package."""

from __future__ import annotations

import json
import os
import subprocess
import venv
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from published_packages import Package

from reloc_lsp.program.unit import Module
from reloc_lsp.search.candidate import Candidate

MANY, FEW = 24, 8
"""Most and fewest mutants of a function; one with fewer is left out. Chosen by hand."""
LISTING = """
import json, random, sys
from collections import defaultdict
from pathlib import Path
from mutmut.mutation.file_mutation import create_mutations
from mutants import renderers

path, seed, functions, few, many = Path(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:])
module, mutations, *_ = create_mutations(str(path), path.read_text("utf-8"))
owners = [m.contained_by_top_level_function for m in mutations if m.contained_by_top_level_function is not None]
delayed = defaultdict(list)
for owner, render in zip(owners, renderers(path, path.name), strict=True):
    if owner in module.body:
        delayed[owner.name.value].append((len(delayed[owner.name.value]) + 1, render))
names = sorted(name for name in delayed if len(delayed[name]) >= few)
random.Random(seed).shuffle(names)
for name in names[:functions]:
    chosen = random.Random(seed).sample(delayed[name], min(many, len(delayed[name])))
    rendered = [(number, render()) for number, render in sorted(chosen, key=lambda pair: pair[0])]
    print(json.dumps([name, [(number, mutant.mutated) for number, mutant in rendered if mutant is not None]]))
"""
"""A program for mutmut's environment. It numbers a function's mutations as mutmut's own names do."""


@dataclass(frozen=True)
class Subject:
    """A package, the module whose functions are mutated, and what mutmut must copy besides the sources."""

    package: Package
    file: str
    also_copy: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mutant:
    """A candidate: its function, mutmut's number for it, and the text of the whole file."""

    qualname: str
    number: int
    text: str

    @cached_property
    def candidate(self) -> Candidate:
        """The mutant as a candidate of the search."""
        module = Module(self.text)
        unit = module.find(self.qualname)
        assert unit is not None
        return Candidate(module.source(unit), "mutmut", self.qualname, trusted=True)


def tools(work: Path) -> Path:
    """The interpreter of an environment with mutmut and pytest, created on the first call."""
    folder = work / "env"
    python = folder / "bin" / "python"
    if not (folder / "bin" / "mutmut").exists():
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "mutmut>=3,<4", "pytest"], check=True)
    return python


def mutants(python: Path, tree: Path, file: str, seed: str, functions: int) -> dict[str, list[Mutant]]:
    """Seeded samples of the mutants of top-level functions of a file, with four functions more than needed."""
    call = [str(python), "-c", LISTING, file, seed, str(functions + 4), str(FEW), str(MANY)]
    variables = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    listed = subprocess.run(call, cwd=tree, env=variables, stdout=subprocess.PIPE, check=True).stdout
    rows = [json.loads(line) for line in listed.splitlines()]
    return {name: [Mutant(name, number, text) for number, text in made] for name, made in rows}
