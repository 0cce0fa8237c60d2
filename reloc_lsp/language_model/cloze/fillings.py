"""From the text that a model wrote into a hole to a version of the function."""

from __future__ import annotations

from reloc_lsp.language_model.cloze.holes import Hole


def filled(source: str, hole: Hole, text: str) -> str:
    """The version `source` with the hole filled by what of `text` belongs into it.

    A model often begins with the blanks before the hole, and goes on after it: with the text behind it once more, or
    with code outside of the block.
    """
    before, after = source[: hole.start] + hole.opening, hole.closing + source[hole.end :]
    return before + _within(text.replace("\r\n", "\n").lstrip(" \t"), hole, after) + after


def _within(text: str, hole: Hole, after: str) -> str:
    """The lines of `text` up to the end of the hole."""
    first, *others = text.split("\n")
    kept = [first]
    following = next((line.strip() for line in after.split("\n") if line.strip()), "")
    for line in others[: hole.lines - 1]:
        outside = line.strip() and not line.startswith(hole.indentation)
        if outside or (line.strip() and line.strip() == following):
            break
        kept.append(line)
    written = "\n".join(kept).rstrip()
    rest_of_line = after.partition("\n")[0].rstrip()
    return written.removesuffix(rest_of_line) if rest_of_line else written
