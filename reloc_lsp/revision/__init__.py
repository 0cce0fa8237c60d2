"""The one use case: settings, a workspace and a target in; a stream of progress and then one Proposal out."""

from reloc_lsp.revision.proposal import Alternative, Progress, Proposal, Recording, Snapshot, Target, Tests
from reloc_lsp.revision.revision import Revision

__all__ = ["Alternative", "Progress", "Proposal", "Recording", "Revision", "Snapshot", "Target", "Tests"]
