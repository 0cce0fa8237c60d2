"""The walls around code that nobody has read: which this system has, and what is granted through them."""

from reloc_lsp.evaluation.sandbox.grants import Grants
from reloc_lsp.evaluation.sandbox.mounts import Mount
from reloc_lsp.evaluation.sandbox.sandbox_level import Level, Sandbox, find_sandbox

__all__ = ["Grants", "Level", "Mount", "Sandbox", "find_sandbox"]
