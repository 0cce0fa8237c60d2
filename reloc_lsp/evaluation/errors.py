"""Why the tests of a workspace cannot run, in a sentence for the person who must act.

When pytest cannot collect tests it prints much; `cause` finds the line that names the reason, and where it is.
"""

from __future__ import annotations

import re

HINT = "Mend that, or name other tests with --tests."
"""What the user can do about tests that cannot be collected."""
MAX_LETTERS = 600
"""Letters of a cause that a message shows at the most. Chosen by hand."""

_SCRATCH = re.compile(r"[^\s'\"]*/reloc-[^/\s]+/copy(-\d+)?/workspace/2/1/[^/\s'\"]+/?")
"""The folder of a scratch copy (see `sandbox.copy_layout`), which no longer exists when the user reads its path."""
_LOCATION = re.compile(r"^(?!/)(\S+\.py):(\d+): ", re.MULTILINE)
"""File and line at the start of a line in pytest's output."""
_RAISED = re.compile(r"(\w+\.)*\w*(Error|Exception|Exit|Interrupt|Warning|Failed)\b")
"""The name of an exception at the start of a line."""


class EvaluationError(Exception):
    """The tests cannot evaluate this unit; the message says what happened, where, and what to do."""


def cause(text: str) -> str:
    """What went wrong, from the text that pytest printed: one line, with paths relative to the workspace."""
    text = without_scratch(text)
    lines = [line[1:].strip() for line in text.splitlines() if line.startswith("E ")]
    if lines:
        raised = next((line for line in reversed(lines) if _RAISED.match(line)), lines[0])
        where = next((line for line in lines if line.startswith("File ") and line != raised), "")
        if not where and (locations := _LOCATION.findall(text)):
            where = ":".join(locations[-1])
        return shorten(f"{raised} ({where})" if where else raised)
    parts = [part.strip() for part in re.split(r"\n| \| ", text) if part.strip()]
    # What is printed before the error, mostly warnings, is not the cause.
    first = max((number for number, part in enumerate(parts) if "error:" in part.lower()), default=0)
    return shorten(" | ".join(parts[first:]))


def without_scratch(text: str) -> str:
    """A text with paths relative to the workspace, where it has paths in a scratch copy of it."""
    return _SCRATCH.sub("", text)


def shorten(text: str, most: int = MAX_LETTERS) -> str:
    """A long text on one line; only its end is kept, which names the cause."""
    line = " ".join(text.split())
    return line if len(line) <= most else "... " + line[-most:]
