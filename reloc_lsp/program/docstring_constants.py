"""Constants that a unit's docstring speaks of: what is told in words may be missing in code."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection

from reloc_lsp.program.fingerprint import parse_unit
from reloc_lsp.program.unit import FunctionNode

_EXAMPLE = re.compile(r">>>|->|=>|==|→|\b(?:returns|is|gives)\s*:?\s*$")
_NUMBER = re.compile(r"(?<![\w.\-])-?(?:0|[1-9]\d{0,7})(?:\.\d+)?(?![\w%.]*\w)")
_WORD = re.compile(r"[^\W\d]\w{2,}")
_QUOTED = re.compile(r"(?<!\w)(['\"`])([^'\"`\n]{1,20})\1(?!\w)")


def constants_in_docstring(source: str, literals: Collection[str]) -> tuple[str, ...]:
    """Numbers and quoted texts of the docstring, and those of its words that `literals` hold, as `repr`.

    Examples are left out: what stands in them is data, not a rule. Raises `SyntaxError` as `parse_unit` does.
    """
    functions = (node for node in ast.walk(parse_unit(source)) if isinstance(node, FunctionNode))
    lines = (ast.get_docstring(next(functions)) or "").splitlines()
    told = zip(lines, ["", *lines], strict=False)
    prose = "\n".join(line for line, before in told if not _EXAMPLE.search(line) and ">>>" not in before)
    numbers = _NUMBER.findall(_QUOTED.sub(" ", prose))
    texts = [repr(text) for _, text in _QUOTED.findall(prose)]
    words = [repr(word) for word in _WORD.findall(prose) if repr(word) in literals]
    return tuple(dict.fromkeys([*numbers, *texts, *words]))
