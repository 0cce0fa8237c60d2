"""Code that stands in prose without fences around it."""

from __future__ import annotations

import re

from reloc_lsp.program.fingerprint import parse_unit
from reloc_lsp.program.source_text import split_lines
from reloc_lsp.program.unit import PARSING_ERRORS

MAX_PARSES = 12
"""How often the code is parsed, each time with fewer lines at its end. Prose after a function takes one or two; a line
of it with an apostrophe may take one more. Chosen by hand."""
_DEFINITION = re.compile(r"\s*(?:async\s+def|def|@\w|class)\b")


def code_in_prose(text: str) -> str:
    """The lines from the first definition or decorator to the last line with which they parse; `text` without any.

    The parser names the line that it stumbles over: what follows is left out, and the rest is parsed again.
    """
    lines = split_lines(text)
    first = next((number for number, line in enumerate(lines) if _DEFINITION.match(line)), len(lines))
    end = len(lines)
    for _ in range(MAX_PARSES):
        code = "".join(lines[first:end])
        if first == end:
            break
        wrong = _wrong_line(code)
        if wrong is None:
            return code
        end = min(first + wrong - 1, end - 1)
    return text


def _wrong_line(code: str) -> int | None:
    """The line (from 1) at which the parser gives up; `None` if the code parses. 1 if the parser names no line."""
    try:
        parse_unit(code)
    except SyntaxError as error:
        # `parse_unit` puts a line of its own above indented code.
        return max((error.lineno or 1) - code[:1].isspace(), 1)
    except PARSING_ERRORS:
        return 1
    return None
