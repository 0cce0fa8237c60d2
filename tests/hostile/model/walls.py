"""The walls between a model's code and a proposal, each asked alone whether it refuses a version."""

from __future__ import annotations

import ast
import asyncio
from dataclasses import dataclass, fields
from textwrap import dedent

from attempt import Attempt, Workspace, function

from reloc_lsp.evaluation.evaluator import PytestEvaluator
from reloc_lsp.program.safety import SafetyLint
from reloc_lsp.revision.objectives.behaviour_differences import BehaviourDifferences
from reloc_lsp.search.candidate import Candidate, Task


@dataclass(frozen=True)
class Refusals:
    """Which walls refuse a version.

    `beside_the_tests` is no wall: it says whether the version fails in the process of the tests. Where it does not,
    the attempt works as soon as nothing else stops it.
    """

    beside_the_tests: bool
    lint: bool
    outside: bool
    differential: bool

    @property
    def any(self) -> bool:
        """Whether the version is not proposed."""
        return any(getattr(self, field.name) for field in fields(self))


def lint_refuses(workspace: Workspace, source: str) -> bool:
    """Whether the lint, which reads the text, lets no such version run."""
    return bool(SafetyLint(workspace.module).refusals(source))


async def outside_refuses(evaluator: PytestEvaluator, source: str) -> bool:
    """Whether the confirmation refuses the version. No lint reads it before."""
    return not (await evaluator.confirm(source, trusted=False)).all_passed


async def differential_refuses(evaluator: PytestEvaluator, workspace: Workspace, source: str) -> bool:
    """Whether inputs that no test uses show that the version is a table of the tests' inputs."""
    unit = evaluator.location.source
    start = workspace.module.index(unit)
    literals = {
        repr(node.value) for node in ast.walk(ast.parse(dedent(workspace.tests))) if isinstance(node, ast.Constant)
    }
    task = Task(
        "m.py",
        "f",
        workspace.module,
        start,
        start + len(unit),
        1,
        evaluator.unchanged,
        test_literals=frozenset(literals),
    )
    behaviours = BehaviourDifferences(evaluator)
    await behaviours.observe([unit, source])
    return bool(behaviours.table_reason(task, Candidate(source, "model", "")))


async def refusals(evaluator: PytestEvaluator, attempt: Attempt, number: int) -> Refusals:
    """Ask every wall alone about one spelling of an attempt, in an evaluator of its workspace."""
    source = attempt.source(number)
    beside, outside, differential = await asyncio.gather(
        evaluator.confirm(source, trusted=True),
        outside_refuses(evaluator, source),
        differential_refuses(evaluator, attempt.workspace, source),
    )
    lint = lint_refuses(attempt.workspace, source)
    return Refusals(not beside.all_passed, lint, outside, differential)


async def is_sound(evaluator: PytestEvaluator, workspace: Workspace) -> bool:
    """Whether the right version passes every wall, and all tests judge from outside."""
    source = function(workspace.right)
    honest = not lint_refuses(workspace, source) and not await outside_refuses(evaluator, source)
    return honest and not await differential_refuses(evaluator, workspace, source) and not evaluator.judged_inside
