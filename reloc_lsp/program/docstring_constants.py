"""Constants that a unit's docstring mentions: the code may lack what the docstring promises."""

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
    """Numbers and quoted strings in the docstring, and its words that are among `literals`, each as `repr` gives it.

    Lines of examples are left out, because their values are data and not rules. Raises `SyntaxError` if the source
    does not parse.
    """
    functions = (node for node in ast.walk(parse_unit(source)) if isinstance(node, FunctionNode))
    lines = (ast.get_docstring(next(functions)) or "").splitlines()
    with_previous = zip(lines, ["", *lines], strict=False)
    prose = "\n".join(line for line, before in with_previous if not _EXAMPLE.search(line) and ">>>" not in before)
    numbers = _NUMBER.findall(_QUOTED.sub(" ", prose))
    texts = [repr(text) for _, text in _QUOTED.findall(prose)]
    words = [repr(word) for word in _WORD.findall(prose) if repr(word) in literals]
    return tuple(dict.fromkeys([*numbers, *texts, *words]))
