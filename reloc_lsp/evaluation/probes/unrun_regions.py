"""Which parts of a version of the unit its tests do not run."""

from __future__ import annotations

from collections.abc import Sequence

from reloc_lsp.evaluation.candidate_runner import CandidateRunner
from reloc_lsp.evaluation.evaluation_context import EvaluationContext
from reloc_lsp.evaluation.harness.protocol.records import UnrunReport
from reloc_lsp.evaluation.harness.protocol.values import Limit, ProbeRequest, Region, RunRequest
from reloc_lsp.program.source_text import split_lines

LIMIT_MULTIPLIER = 4.0
"""Multiplier of a test's limit where the unit reports what it runs. Chosen by hand."""
OTHER_TESTS_LIMIT = Limit(10.0, 30.0)
"""Limit of a test that otherwise only the confirmation runs. Chosen by hand, like the limit there."""


async def unrun_regions(context: EvaluationContext, runner: CandidateRunner, source: str) -> tuple[Region, ...] | None:
    """The outermost parts of the version that no test runs; `None` if that is not known.

    The tests that only the confirmation runs are asked too, if the others leave something out.
    """
    first = context.location.unit.first_line
    lines = first, first + len(split_lines(source)) - 1
    regions: tuple[Region, ...] | None = None
    limits = [
        {n: limit.grown(LIMIT_MULTIPLIER) for n, limit in context.limits(context.tests).items()},
        dict.fromkeys(context.baseline.confirmation_only, OTHER_TESTS_LIMIT),
    ]
    for tests in limits:
        if tests and (regions is None or regions):
            request = RunRequest(tests, probe=ProbeRequest(lines, first, branches=True))
            tier = await runner.tier_for([source])
            async with runner.slots:
                report = await tier.run(source, request)
            runner.cpu += report.cpu
            found = report.last(UnrunReport)
            if found is None or len(report.results) < len(tests):
                return None
            regions = tuple(region for region in found.regions if regions is None or region in regions)
    return _outermost(regions or ())


def _outermost(regions: Sequence[Region]) -> tuple[Region, ...]:
    """The regions that are not part of another one, in their order."""
    kept: list[Region] = []
    for region in sorted(regions, key=lambda r: (r.line, r.column, -r.end_line, -r.end_column)):
        last = kept[-1] if kept else None
        if last is None or (region.end_line, region.end_column) > (last.end_line, last.end_column):
            kept.append(region)
    return tuple(kept)
