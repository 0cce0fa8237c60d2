"""The one use case: from settings, a workspace and a target to a stream of progress and one proposal.

This package connects the packages below it: it reads the target, takes the baseline, runs the search and describes the
result. How candidates are made, evaluated and ordered belongs to those packages. What users see of a result (exit
status, printed text, editor messages) belongs to `cli` and `server`.
"""

from reloc_lsp.revision.proposal import Alternative, Progress, Proposal, Tests
from reloc_lsp.revision.request import Recording, Snapshot, Target
from reloc_lsp.revision.revision import Revision

__all__ = ["Alternative", "Progress", "Proposal", "Recording", "Revision", "Snapshot", "Target", "Tests"]
