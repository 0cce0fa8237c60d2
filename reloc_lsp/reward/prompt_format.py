"""How a function is put to a text reward model: what it is to be, then its code (ReLoc, section 3.3).

No outcome of a test is told, and no template of a chat is used, so that training, a model in this process and one
behind a server read the very same tokens.
"""

from __future__ import annotations

from reloc_lsp.reward.training.versions import dedented


def as_text(file: str, qualname: str, source: str) -> str:
    """A version of a function as the model reads it."""
    return f"Function {qualname} of {file}:\n\n```python\n{dedented(source)}```\n"
