"""The safety lint: what a model's code may do, read from its text before it runs.

Here: the lists of what is allowed (`allowed_*.py`), the rules that read a text (`*_rules.py`), and the lint itself.
Not here: the powers of a revision, which are shown to its reader, and anything that runs code.
"""

from reloc_lsp.program.safety.finding import Finding, Refusal
from reloc_lsp.program.safety.lint import CandidateLint, NoLint, SafetyLint
from reloc_lsp.program.safety.vocabulary import ProjectWords

__all__ = ["CandidateLint", "Finding", "NoLint", "ProjectWords", "Refusal", "SafetyLint"]
