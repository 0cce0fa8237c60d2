"""The walls around code that nobody has read: which this system has, and what is granted through them."""

from reloc_lsp.evaluation.sandbox.grants import Grants
from reloc_lsp.evaluation.sandbox.level import Level, Sandbox, find_sandbox
from reloc_lsp.evaluation.sandbox.mounts import Mount

__all__ = ["Grants", "Level", "Mount", "Sandbox", "find_sandbox"]
