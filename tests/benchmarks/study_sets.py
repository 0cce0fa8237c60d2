"""The cases of the study: those in this folder, and MBPP's problems with a planted bug each.

MBPP (Austin et al., "Program Synthesis with Large Language Models", 2021) is not part of this repository. Its sanitized
version is a JSON file: https://github.com/google-research/google-research/tree/master/mbpp
"""

from __future__ import annotations

import ast
import json
import random
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDERS = ("handwritten", "exercises")
SEEN = 2
"""Assertions of a problem of MBPP that the search sees at least; it sees half of them. The others judge the result."""
COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Mod)


def cases(name: str, mbpp: Path | None, seed: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """The cases of a set, by name."""
    if name in FOLDERS:
        for path in sorted((Path(__file__).parent / name).glob("*.toml")):
            yield path.stem, tomllib.loads(path.read_text())
        return
    if mbpp is None:
        raise SystemExit("The set mbpp needs --mbpp FILE, the JSON file of MBPP's sanitized problems.")
    for problem in json.loads(mbpp.read_text()):
        case = _mbpp_case(problem, random.Random(f"{seed} {problem['task_id']}"))
        if case is not None:
            yield f"mbpp{problem['task_id']}", case


def _mbpp_case(problem: dict[str, Any], rng: random.Random) -> dict[str, Any] | None:
    """A problem with a bug that its assertions show; `None` if none of a few bugs does."""
    tree = ast.parse(problem["code"])
    asserted = " ".join(problem["test_list"])
    function = next((f for f in tree.body if isinstance(f, ast.FunctionDef) and f"{f.name}(" in asserted), None)
    if function is None:
        return None
    function.body.insert(0, ast.Expr(ast.Constant(problem["prompt"])))
    right = ast.unparse(tree)
    seen = max(SEEN, len(problem["test_list"]) // 2)
    for _ in range(20):
        broken = _planted(right, function.name, rng)
        if broken is not None and _fails(broken, problem["test_imports"], problem["test_list"][:seen]):
            return {
                "kind": "mbpp", "unit": f"solution.py::{function.name}", "broken": broken + "\n",
                "tests": _tests(problem, slice(None, seen)), "held_out": _tests(problem, slice(None)),
            }  # fmt: skip
    return None


def _planted(source: str, name: str, rng: random.Random) -> str | None:
    """The source with one change of the function: a statement deleted, or an operator or a number changed."""
    tree = ast.parse(source)
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name)
    places = [node for node in ast.walk(function) if _changeable(node)]
    blocks = [
        node.body for node in ast.walk(function) if isinstance(node, ast.For | ast.While | ast.If | ast.FunctionDef)
    ]
    deletable = [(block, place) for block in blocks for place in range(len(block)) if len(block) > 1]
    deletable = [(block, place) for block, place in deletable if not (block is function.body and place == 0)]
    if deletable and (not places or rng.random() < 0.3):
        block, place = rng.choice(deletable)
        del block[place]
    elif places:
        _change(rng.choice(places), rng)
    else:
        return None
    return ast.unparse(tree)


def _changeable(node: ast.AST) -> bool:
    match node:
        case ast.Compare(ops=[operator]):
            return isinstance(operator, COMPARISONS)
        case ast.BinOp(op=operator):
            return isinstance(operator, ARITHMETIC)
        case ast.Constant(value=value):
            return type(value) is int
    return False


def _change(node: ast.AST, rng: random.Random) -> None:
    match node:
        case ast.Compare():
            node.ops = [rng.choice([kind for kind in COMPARISONS if not isinstance(node.ops[0], kind)])()]
        case ast.BinOp():
            node.op = rng.choice([kind for kind in ARITHMETIC if not isinstance(node.op, kind)])()
        case ast.Constant(value=int(value)):
            node.value = value + rng.choice((-1, 1))


def _fails(source: str, imports: list[str], assertions: list[str]) -> bool:
    """Whether the source fails an assertion soon; a bug that never ends is none of ours."""
    if any(isinstance(node, ast.While) for node in ast.walk(ast.parse(source))):
        return False
    scope: dict[str, Any] = {}
    try:
        exec("\n".join([source, *imports, *assertions]), scope)
    except Exception:
        return True
    return False


def _tests(problem: dict[str, Any], part: slice) -> str:
    lines = ["from solution import *", *problem["test_imports"]]
    for number, assertion in enumerate(problem["test_list"][part]):
        lines += ["", "", f"def test_{number}():", f"    {assertion}"]
    return "\n".join(lines) + "\n"
