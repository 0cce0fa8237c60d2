"""Running revisions: the job registry, progress, revisions after a save, and one revision from request to proposal.

`RevisionService` is the entry. Not here: what the user does with a proposal (`proposals`).
"""
