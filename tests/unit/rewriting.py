"""Helpers for tests of mutation operators: contexts, and all results of an operator."""

from __future__ import annotations

import ast
import importlib
import random
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

from reloc_lsp.program.text_edit import apply_edits
from reloc_lsp.program.unit import Module
from reloc_lsp.rewrites.source.module_context import ModuleContext
from reloc_lsp.rewrites.unit_context import Operator, UnitContext

MAX_LENGTH = 1200
"""Longer functions, in characters, are left out, as they take long. Chosen by hand."""
KINDS = ("int", "str", "list", "dict", "set", "float", "bool", "NoneType")


def context(source: str, qualname: str | None = None, rest: str = "", **types: str) -> UnitContext:
    """The context of `source` in a file that continues with `rest`. `types` gives types of names, like "int str"."""
    module = ast.parse(rest) if source[:1].isspace() else ast.parse(source + rest)
    seen = {name: frozenset(kinds.split()) for name, kinds in types.items()}
    return UnitContext(source, ModuleContext(module, qualname or "f", seen))


def function(*lines: str, header: str = "def f(a, b):") -> str:
    """A function with these lines as its body."""
    return "\n".join([header, *("    " + line for line in lines)]) + "\n"


def results(operator: Operator, ctx: UnitContext) -> set[str]:
    """All versions of the unit that the operator makes."""
    return {apply_edits(ctx.text, rewrite.edits) for rewrite in operator(ctx) if rewrite.edits}


def rewritten(operator: Operator, before: str, header: str = "def f(a, b):", rest: str = "", **types: str) -> set[str]:
    """The bodies that the operator makes from a function with the body `before`."""
    lines = dedent(before).strip("\n").split("\n")
    found = results(operator, context(function(*lines, header=header), rest=rest, **types))
    return {dedent(source.removeprefix(header + "\n")).strip("\n") for source in found}


def library_units(names: str, most: int, seed: int) -> Iterator[tuple[str, UnitContext]]:
    """At most `most` functions of each module in `names`, with random types for their names."""
    generator = random.Random(seed)
    for name in names.split():
        module = Module(Path(importlib.import_module(name).__file__ or "").read_text("utf-8"))
        units = [unit for unit in module.functions if unit.end - unit.start < MAX_LENGTH]
        for unit in generator.sample(units, min(most, len(units))):
            node = module.node(unit)
            used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
            used |= {n.arg for n in ast.walk(node) if isinstance(n, ast.arg)}
            types = {name: frozenset(generator.sample(KINDS, generator.randrange(3))) for name in sorted(used)}
            about = ModuleContext(module.tree, unit.qualname, types)
            yield f"{name}.{unit.qualname}", UnitContext(module.source(unit), about)
