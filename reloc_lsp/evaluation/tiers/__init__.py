"""The tiers that judge a candidate: a warm swap, a fresh start in a fork, a cold process of its own."""

from reloc_lsp.evaluation.tiers.base import CollectionBudget, Tier
from reloc_lsp.evaluation.tiers.cold_tier import ColdTier
from reloc_lsp.evaluation.tiers.collect import FirstTier, first_tier
from reloc_lsp.evaluation.tiers.forked_tiers import FreshTier, WarmTier
from reloc_lsp.evaluation.tiers.harness_launcher import HarnessLauncher
from reloc_lsp.evaluation.tiers.import_needs import needs_of_importing

__all__ = [
    "ColdTier",
    "CollectionBudget",
    "FirstTier",
    "FreshTier",
    "HarnessLauncher",
    "Tier",
    "WarmTier",
    "first_tier",
    "needs_of_importing",
]
