"""Parses a model's reply: finds the function in it, whatever is written around the function.

The parser process calls this: a reply may be made to keep its reader busy, or to crash it.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from reloc_lsp.language_model.replies.code_in_prose import code_in_prose
from reloc_lsp.language_model.replies.markup import fenced_blocks, without_reasoning
from reloc_lsp.language_model.replies.reindent import indentation_of, reindent
from reloc_lsp.language_model.replies.search_replace import Replacement, apply_replacements, replacements
from reloc_lsp.program.fingerprint import parse_unit
from reloc_lsp.program.source_bounds import SourceBounds
from reloc_lsp.program.source_text import newline_of
from reloc_lsp.program.unit import PARSING_ERRORS, Definition, FunctionNode, Module

MAX_CODE_CHARACTERS = 100_000
"""Characters of code that are parsed: a reply may hold the whole file. Chosen by hand: they take 0.3 s."""
MAX_BLOCKS = 20
"""Blocks of code in one reply that are parsed, the last ones. Chosen by hand."""
MAX_REPLACEMENTS = 500
"""Search-and-replace blocks in one reply. Chosen by hand."""
TOO_DEEP = "the code is nested too deeply to be parsed"


class ReplyKind(StrEnum):
    """How the function was found in a reply, or why it was not. The values are written to trace files."""

    UNIT = "one block with the function"
    BARE = "the function without fences"
    AMONG = "one of several blocks"
    FILE = "taken out of a larger text"
    REPLACED = "search and replace"
    CUT_OFF = "cut off"
    BROKEN = "does not parse"
    ELSEWHERE = "another function"
    NOTHING = "no code"
    UNFOUND = "text to replace not found"
    UNCHANGED = "the same code"
    TOO_LARGE = "too large"
    STOPPED = "parsing was stopped"


USABLE = frozenset({ReplyKind.UNIT, ReplyKind.BARE, ReplyKind.AMONG, ReplyKind.FILE, ReplyKind.REPLACED})
"""The kinds of replies that contain a version of the function."""


@dataclass(frozen=True)
class ParsedReply:
    """What a reply contains: `source` is the lines of the unit, ready for its place in the file, or `None`.

    `problem` is a clause that says what exceeds which bound, for the user and for the next prompt.
    """

    kind: ReplyKind
    source: str | None = None
    problem: str = ""


@dataclass(frozen=True)
class _Original:
    """The unit in the file: its lines, ended by line feeds, its syntax tree, and the bounds of its versions."""

    text: str
    function: FunctionNode
    newline: str
    bounds: SourceBounds


def parse_reply(text: str, original: str, parent: str, complete: bool = True) -> ParsedReply:
    """The function in a reply.

    `original` is the unit's lines in the file: its name must match, and its indentation, decorators and line ends are
    kept. `parent` is the version that the model had to revise. In a reply that is not `complete`, only a
    complete function counts.
    """
    unit = _original(original)
    text = without_reasoning(text).replace("\r\n", "\n")
    blocks = fenced_blocks(text)
    replaced = replacements("".join(blocks) if blocks else text)
    if replaced:
        found = _from_replacements(replaced, unit, parent.replace("\r\n", "\n"))
    elif blocks:
        kind = ReplyKind.UNIT if len(blocks) == 1 else ReplyKind.AMONG
        found = _from_blocks(blocks[-MAX_BLOCKS:], unit, kind, complete)
    else:
        found = _from_blocks([text], unit, ReplyKind.BARE, complete)
    return ParsedReply(ReplyKind.UNCHANGED) if found.source in (original, parent) else found


def _from_blocks(blocks: Sequence[str], unit: _Original, kind: ReplyKind, complete: bool) -> ParsedReply:
    """The last block with the function comes first: a model that corrects itself writes the correction last."""
    useless = []
    for block in reversed(blocks):
        parsed = _from_block(block, unit, kind)
        if parsed.source is not None:
            return parsed
        useless.append(parsed)
    if not complete:
        return ParsedReply(ReplyKind.CUT_OFF)
    return next((parsed for parsed in useless if parsed.kind is not ReplyKind.NOTHING), ParsedReply(ReplyKind.NOTHING))


def _from_block(block: str, unit: _Original, kind: ReplyKind) -> ParsedReply:
    if len(block) > MAX_CODE_CHARACTERS:
        return ParsedReply(ReplyKind.TOO_LARGE, problem=f"the code has more than {MAX_CODE_CHARACTERS:,} characters")
    code = code_in_prose(block) if kind is ReplyKind.BARE else block
    try:
        module = Module(reindent(code, ""))
    except (RecursionError, MemoryError):
        return ParsedReply(ReplyKind.TOO_LARGE, problem=TOO_DEEP)
    except PARSING_ERRORS:
        return ParsedReply(ReplyKind.BROKEN if "def " in block else ReplyKind.NOTHING)
    candidates = [found for found in module.functions if found.name == unit.function.name]
    if not candidates:
        return ParsedReply(ReplyKind.ELSEWHERE if module.functions else ReplyKind.NOTHING)
    # The least nested one; the last of several.
    best = min(reversed(candidates), key=lambda found: found.qualname.count("."))
    alone = len(module.tree.body) == 1
    return _fitted(module.source(best), module.node(best), unit, kind if alone else ReplyKind.FILE)


def _from_replacements(blocks: Sequence[Replacement], unit: _Original, parent: str) -> ParsedReply:
    if len(blocks) > MAX_REPLACEMENTS:
        return ParsedReply(ReplyKind.TOO_LARGE, problem=f"the answer has more than {MAX_REPLACEMENTS} replacements")
    code = apply_replacements(blocks, parent, unit.bounds.characters)
    if code is None:
        return ParsedReply(ReplyKind.UNFOUND)
    try:
        return _fitted(code, _function(code), unit, ReplyKind.REPLACED)
    except (RecursionError, MemoryError):
        return ParsedReply(ReplyKind.TOO_LARGE, problem=TOO_DEEP)
    except PARSING_ERRORS:
        return ParsedReply(ReplyKind.BROKEN)


def _fitted(code: str, new: Definition, unit: _Original, kind: ReplyKind) -> ParsedReply:
    """`code`, whose function is `new`, with the indentation, decorators and line ends of the original."""
    old = unit.function
    if old.name != new.name or type(old) is not type(new):
        return ParsedReply(ReplyKind.ELSEWHERE)
    excess = unit.bounds.excess(code, new)
    if excess:
        return ParsedReply(ReplyKind.TOO_LARGE, problem=excess)
    code = reindent(code.strip("\n") + "\n", indentation_of(unit.text))
    if old.decorator_list and not new.decorator_list:
        code = "".join(unit.text.splitlines(keepends=True)[: old.lineno - 1]) + code
    source = code if unit.text.endswith("\n") else code.rstrip("\n")
    return ParsedReply(kind, source.replace("\n", unit.newline))


@lru_cache(maxsize=1)  # Every reply of a search is compared with the same original.
def _original(source: str) -> _Original:
    newline = newline_of(source)
    text = source.replace(newline, "\n")
    function = _function(text)
    return _Original(text, function, newline, SourceBounds.around(text, function))


def _function(source: str) -> FunctionNode:
    """The function in a unit's lines; raises `SyntaxError` if there is none."""
    for node in ast.walk(parse_unit(reindent(source, ""))):
        if isinstance(node, FunctionNode):
            return node
    raise SyntaxError("there is no function")
