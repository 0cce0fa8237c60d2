"""The tiers that judge a candidate: a warm swap, a fresh start in a fork, a cold process of its own."""

from reloc_lsp.evaluation.tiers.bench import Bench
from reloc_lsp.evaluation.tiers.cold import ColdTier
from reloc_lsp.evaluation.tiers.first import FirstTier, first_tier
from reloc_lsp.evaluation.tiers.forked import FreshTier, WarmTier
from reloc_lsp.evaluation.tiers.importing import needs_of_importing
from reloc_lsp.evaluation.tiers.tier import Patience, Tier

__all__ = [
    "Bench",
    "ColdTier",
    "FirstTier",
    "FreshTier",
    "Patience",
    "Tier",
    "WarmTier",
    "first_tier",
    "needs_of_importing",
]
