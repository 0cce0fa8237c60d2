"""Differential testing: what versions of the unit do with inputs that no test uses."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from reloc_lsp.evaluation.candidate_runner import CandidateRunner
from reloc_lsp.evaluation.evaluation_context import EvaluationContext
from reloc_lsp.evaluation.harness.protocol.values import RunRequest
from reloc_lsp.evaluation.reports import differential_outcomes
from reloc_lsp.search.patches.differential_testing import Observations

MAX_TESTS = 40
"""Tests at the most whose calls of the unit give the inputs. Chosen by hand."""
MAX_SECONDS = 1.0
"""Wall-clock seconds that these tests may take together, as measured at the baseline. Chosen by hand."""


async def observe(context: EvaluationContext, runner: CandidateRunner, sources: Sequence[str]) -> list[Observations]:
    """The observations of each version; none for a version that the baseline's tier cannot call directly."""
    tier, baseline = context.baseline.tier, context.baseline
    tests, left = [], MAX_SECONDS
    for number in list(context.tests)[:MAX_TESTS]:
        wall = baseline.results[number].wall
        if wall <= left:
            tests.append(number)
            left -= wall
    request = RunRequest(context.limits(tests), differential=True)

    async def observe_one(source: str) -> Observations:
        if not tier.can_vary_inputs(source):
            return {}
        async with runner.slots:
            report = await tier.run(source, request)
        runner.cpu += report.cpu
        return differential_outcomes(report)

    return await asyncio.gather(*map(observe_one, sources))
