"""The question for the text of a gap as a chat, for servers that cannot fill gaps."""

from __future__ import annotations

from reloc_lsp.language_model.replies.markup import fenced_blocks, without_reasoning
from reloc_lsp.language_model.templates.prompt_templates import PromptTemplates
from reloc_lsp.search.interfaces.language_model import Gap, Message

MARK = "<GAP>"
"""Stands in the code where the text is missing."""


def gap_question(gap: Gap, templates: PromptTemplates) -> list[Message]:
    """The messages that ask for the text of a gap."""
    code = f"{gap.prefix}{gap.start}{MARK}{gap.suffix}".rstrip("\n")
    question = templates.text("gap", mark=MARK, code=code)
    return [Message("system", templates.text("system-gap")), Message("user", question)]


def gap_text(reply: str, gap: Gap) -> str:
    """The text for the gap in a reply: its first block of code, without what stands before the gap on its line."""
    text = without_reasoning(reply).replace("\r\n", "\n")
    blocks = fenced_blocks(text)
    code = (blocks[0] if blocks else text).strip("\n")
    line = (gap.prefix + gap.start).rpartition("\n")[2]
    written = code.lstrip(" \t")
    return written.removeprefix(line.lstrip(" \t"))
