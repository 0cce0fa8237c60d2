"""The text that a reward model reads for a function: its name and its code (ReLoc section 3.3).

It contains no test results and no chat template, so that training, a model in this process and a model behind a server
see exactly the same tokens.
"""

from __future__ import annotations

from reloc_lsp.reward.training.sources.function_versions import dedented


def prompt_text(file: str, qualname: str, source: str) -> str:
    """The text for one version of a function."""
    return f"Function {qualname} of {file}:\n\n```python\n{dedented(source)}```\n"
