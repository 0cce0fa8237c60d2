"""Files that Python parses where the project runs, but not where ReLoc runs, because that is an older Python."""

from __future__ import annotations

import subprocess
import sys

from reloc_lsp.evaluation.interpreter.find_interpreter import Interpreter

PARSE = "import ast, sys; ast.parse(sys.stdin.buffer.read())"
PARSE_SECONDS = 20
"""Seconds that the project's Python may take to parse a file. Chosen by hand."""


def newer_syntax_reason(text: str, name: str, interpreter: Interpreter) -> str:
    """A sentence if only the project's newer Python parses the `text` of the file `name`; else empty."""
    own = sys.version_info[:2]
    if interpreter.version[:2] <= own:
        return ""
    try:
        done = subprocess.run(
            [interpreter.executable, "-I", "-c", PARSE],
            input=text.encode("utf-8", "surrogatepass"), capture_output=True, timeout=PARSE_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ""
    if done.returncode:
        return ""
    older, newer = (".".join(map(str, version)) for version in (own, interpreter.version[:2]))
    return (
        f"{name} needs a newer Python than the {older} that ReLoc runs on: the project's Python {newer} "
        f"({interpreter.executable}) parses it. Install ReLoc with Python {newer} to revise it."
    )
