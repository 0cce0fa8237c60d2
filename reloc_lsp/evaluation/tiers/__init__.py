"""The tiers, which are the ways to run tests on a version: a warm swap, a fresh start in a fork, a cold process.

Not here: which tier evaluates a unit (`baseline`), and how candidates are spread over runs (the evaluator).
"""

from reloc_lsp.evaluation.tiers.base import BatchTier, Tier
from reloc_lsp.evaluation.tiers.cold_tier import ColdTier
from reloc_lsp.evaluation.tiers.collect import can_fork, first_tier
from reloc_lsp.evaluation.tiers.forked_tiers import FreshTier, WarmTier
from reloc_lsp.evaluation.tiers.harness_launcher import HarnessLauncher
from reloc_lsp.evaluation.tiers.import_permissions import missing_for_import, permissions_to_import

__all__ = [
    "BatchTier",
    "ColdTier",
    "FreshTier",
    "HarnessLauncher",
    "Tier",
    "WarmTier",
    "can_fork",
    "first_tier",
    "missing_for_import",
    "permissions_to_import",
]
