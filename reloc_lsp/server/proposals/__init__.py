"""Proposals that wait for the user's decision: shown, saved, applied as a versioned edit, or discarded.

`ProposalService` is the entry. Not here: how a proposal is found (`jobs`).
"""
