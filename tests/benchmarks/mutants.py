"""Mutants of the functions of a package, made by mutmut's operators."""

from __future__ import annotations

import ast
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from libcst import CSTNode
    from published_packages import Package

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Mutant:
    """One mutation of one function; whether a test notices it is not yet known."""

    file: str
    qualname: str
    line: int
    original: str
    mutated: str


def functions(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """Functions of the module and methods of its classes, with their dotted names."""
    for statement in tree.body:
        if isinstance(statement, Function):
            yield statement.name, statement
        elif isinstance(statement, ast.ClassDef):
            for member in statement.body:
                if isinstance(member, Function):
                    yield f"{statement.name}.{member.name}", member


def unique_functions(text: str) -> dict[str, Function]:
    """Functions whose dotted name is defined exactly once in the module."""
    found = list(functions(ast.parse(text)))
    counts = Counter(name for name, _ in found)
    return {name: node for name, node in found if counts[name] == 1}


def source_of(text: str, node: Function) -> str:
    """Source lines of a function, decorators included."""
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return "".join(text.splitlines(keepends=True)[first - 1 : node.end_lineno])


def changed_function(before: dict[str, Function], text: str) -> str | None:
    """The name of the one function whose syntax tree changed; `None` if it is not exactly one."""
    try:
        after = unique_functions(text)
    except SyntaxError:
        return None
    if before.keys() != after.keys():
        return None
    changed = [name for name in before if ast.dump(before[name]) != ast.dump(after[name])]
    return changed[0] if len(changed) == 1 else None


def changed_line(original: str, mutated: str) -> int:
    """Number of the first line that differs, from 1."""
    pairs = zip(original.splitlines(), mutated.splitlines(), strict=False)
    return next((number for number, (a, b) in enumerate(pairs, start=1) if a != b), 1)


def renderers(path: Path, file: str) -> Iterator[Callable[[], Mutant | None]]:
    """A callable for each mutation that mutmut makes in a function. It renders the mutant."""
    from mutmut.mutation.file_mutation import create_mutations

    original = path.read_text(encoding="utf-8")
    before = unique_functions(original)
    module, mutations, _, _ = create_mutations(str(path), original)

    def render(old: CSTNode, new: CSTNode) -> Mutant | None:
        mutated = getattr(module.deep_replace(old, new), "code", original)
        qualname = changed_function(before, mutated)
        if qualname is None:
            return None
        return Mutant(file, qualname, changed_line(original, mutated), original, mutated)

    for mutation in mutations:
        if mutation.contained_by_top_level_function is not None:
            yield partial(render, mutation.original_node, mutation.mutated_node)


def shuffled_mutants(package: Package, tree: Path, seed: int) -> Iterator[Mutant]:
    """Mutants of all modules of the package in a seeded order."""
    delayed = [
        render
        for path in sorted((tree / package.sources).rglob("*.py"))
        for render in renderers(path, path.relative_to(tree).as_posix())
    ]
    random.Random(f"{seed} {package.name}").shuffle(delayed)
    return (mutant for mutant in (render() for render in delayed) if mutant is not None)
