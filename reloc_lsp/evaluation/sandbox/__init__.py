"""The sandbox that code of a candidate runs in: its two layers, and what is granted in it.

The *container* is made by bubblewrap once for each harness process. The *confinement* is set by Landlock and seccomp in
each process that runs a candidate. The harness sets the confinement; its code is in `harness/isolation/`.

Not here: which permissions the tests of a workspace require (`baseline/`).
"""

from reloc_lsp.evaluation.sandbox.grants import Grants
from reloc_lsp.evaluation.sandbox.mounts import Mount
from reloc_lsp.evaluation.sandbox.readable_paths import ReadablePaths
from reloc_lsp.evaluation.sandbox.sandbox_level import Level, Sandbox, find_sandbox

__all__ = ["Grants", "Level", "Mount", "ReadablePaths", "Sandbox", "find_sandbox"]
