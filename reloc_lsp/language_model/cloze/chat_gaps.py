"""The question for the text of a gap as a chat, for servers that cannot fill gaps."""

from __future__ import annotations

from reloc_lsp.language_model.replies.markup import fenced_blocks, without_reasoning
from reloc_lsp.search.interfaces.language_model import Gap, Message

MARK = "<GAP>"
"""Stands in the code where the text is missing."""
SYSTEM = "You complete Python code. You answer with code alone."
QUESTION = """\
In this Python code a piece is missing at the mark {mark}:

```python
{code}
```

Write only the missing piece, without the code around it, in one ```python block."""


def gap_question(gap: Gap) -> list[Message]:
    """The messages that ask for the text of a gap."""
    code = f"{gap.prefix}{MARK}{gap.suffix}".rstrip("\n")
    return [Message("system", SYSTEM), Message("user", QUESTION.format(mark=MARK, code=code))]


def gap_text(reply: str, gap: Gap) -> str:
    """The text for the gap in a reply: its first block of code, without what stands before the gap on its line."""
    text = without_reasoning(reply).replace("\r\n", "\n")
    blocks = fenced_blocks(text)
    code = (blocks[0] if blocks else text).strip("\n")
    line = gap.prefix.rpartition("\n")[2]
    written = code.lstrip(" \t")
    return written.removeprefix(line.lstrip(" \t"))
