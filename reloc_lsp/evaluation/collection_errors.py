"""Why pytest could not collect tests: of all it says, the line that names the cause, and where in the workspace."""

from __future__ import annotations

import re

HINT = "Mend that, or name other tests with --tests."

_SCRATCH = re.compile(r"[^\s'\"]*/reloc-[^/\s]+/copy/workspace/[^/\s]+/?")
"""A scratch copy's folder, which is gone when its path is read."""
_PLACE = re.compile(r"^(?!/)(\S+\.py):(\d+): ", re.MULTILINE)
_RAISED = re.compile(r"(\w+\.)*\w*(Error|Exception|Exit|Interrupt|Warning|Failed)\b")


def cause(text: str) -> str:
    """What went wrong, in words of pytest's own, as short as can be; paths are seen from the workspace."""
    text = _SCRATCH.sub("", text)
    lines = [line[1:].strip() for line in text.splitlines() if line.startswith("E ")]
    if lines:
        raised = next((line for line in reversed(lines) if _RAISED.match(line)), lines[0])
        where = next((line for line in lines if line.startswith("File ") and line != raised), "")
        if not where and (places := _PLACE.findall(text)):
            where = ":".join(places[-1])
        return shorten(f"{raised} ({where})" if where else raised)
    said = [part.strip() for part in re.split(r"\n| \| ", text) if part.strip()]
    # What is printed before, warnings mostly, is no cause.
    first = max((number for number, part in enumerate(said) if "error:" in part.lower()), default=0)
    return shorten(" | ".join(said[first:]))


def shorten(text: str, most: int = 600) -> str:
    """The end of a long text on one line, which is where the cause stands."""
    line = " ".join(text.split())
    return line if len(line) <= most else "... " + line[-most:]
