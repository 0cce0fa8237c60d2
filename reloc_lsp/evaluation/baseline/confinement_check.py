"""Whether the confinement changes how tests of the unchanged unit end, and what is granted because of that."""

from __future__ import annotations

from collections.abc import Mapping

from reloc_lsp.evaluation.baseline.coverage_run import CoverageRun
from reloc_lsp.evaluation.baseline.permissions import Permissions
from reloc_lsp.evaluation.baseline.unchanged_runs import UnchangedRuns
from reloc_lsp.evaluation.harness.protocol.values import Limit
from reloc_lsp.evaluation.sandbox.interference import same_ending
from reloc_lsp.evaluation.tiers import Tier
from reloc_lsp.search.verdict import TestResult


class ConfinementCheck:
    """Confines tiers, and grants more if the confinement interferes with tests."""

    def __init__(self, permissions: Permissions, runs: UnchangedRuns) -> None:
        self.permissions = permissions
        self.runs = runs

    async def confine(self, tier: Tier, coverage: CoverageRun) -> None:
        """Confine the runs of `tier`, but for the permissions that the tests were seen to require."""
        self.permissions.add_required(coverage.permissions)
        await tier.set_confinement(self.permissions.for_tier(tier))

    async def grants_import(self, tier: Tier, *, all_tests: bool) -> bool:
        """Grant what importing and collecting the tests requires, after a cold run did not reach tests.

        If nothing is found that explains it and the cold run missed `all_tests`, everything is granted. Returns whether
        more is granted than before.
        """
        if not self.permissions.confined:
            return False
        required = await tier.import_permissions()
        return self.permissions.add_required_by_import(required) or (all_tests and self.permissions.grant_everything())

    async def interferes(
        self,
        tier: Tier,
        free: Mapping[int, TestResult],
        confined: Mapping[int, TestResult],
        limits: Mapping[int, Limit],
    ) -> bool:
        """Whether the confinement changes how tests end. If it does, everything is granted from then on.

        `free` has the results without confinement, `confined` those with it. Tests that differ run once more without
        it. That run is compared with `confined` and not with `free`: a flaky test may end differently in each free run.
        """
        changed = [n for n in confined if not same_ending(confined[n], free[n])]
        if not changed or not self.permissions.confined:
            return False
        await tier.set_confinement(None)
        again = await self.runs.plain(tier, changed, limits)
        await tier.set_confinement(self.permissions.for_tier(tier))
        changes = any(n in again and not same_ending(again[n], confined[n]) for n in changed)
        return changes and self.permissions.grant_everything()
