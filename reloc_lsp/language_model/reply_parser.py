"""Parses a model's reply: finds the function in it, whatever is written around the function."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from reloc_lsp.language_model.reindent import indentation_of, reindent
from reloc_lsp.language_model.search_replace import apply_blocks
from reloc_lsp.program.fingerprint import parse_unit
from reloc_lsp.program.source_text import newline_of
from reloc_lsp.program.unit import PARSING_ERRORS, Definition, FunctionNode, Module

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[^\n]*\n(.*?)(?:^[ \t]*\1[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_DEFINITION = re.compile(r"\s*(?:async\s+def|def|@\w|class)\b")
_REASONING = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)


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


USABLE = frozenset({ReplyKind.UNIT, ReplyKind.BARE, ReplyKind.AMONG, ReplyKind.FILE, ReplyKind.REPLACED})
"""The kinds of replies that contain a version of the function."""


@dataclass(frozen=True)
class ParsedReply:
    """What a reply contains: `source` is the lines of the unit, ready for its place in the file, or `None`."""

    kind: ReplyKind
    source: str | None = None


def parse_reply(text: str, original: str, parent: str, complete: bool = True) -> ParsedReply:
    """The function in a reply.

    `original` is the unit's lines in the file: its name must match, and its indentation, decorators and line ends are
    kept. `parent` is the version that the model had to revise. In a reply that is not `complete`, only a
    complete function counts.
    """
    text = _REASONING.sub("", text)
    blocks = [match.group(2) for match in _FENCE.finditer(text)]
    changed = apply_blocks("\n".join(blocks) if blocks else text, parent)
    if changed is not None:
        return _from_replacements(changed, original, parent) if changed else ParsedReply(ReplyKind.UNFOUND)
    kind = ReplyKind.UNIT if len(blocks) == 1 else ReplyKind.AMONG
    if not blocks:
        blocks, kind = [text], ReplyKind.BARE
    # The last block comes first: a model that corrects itself writes the correction last.
    parsed = [_from_block(block, original, parent, kind) for block in reversed(blocks)]
    found = next((reply for reply in parsed if reply.source is not None), None)
    if found is not None:
        return found
    if not complete:
        return ParsedReply(ReplyKind.CUT_OFF)
    nothing = ParsedReply(ReplyKind.NOTHING)
    return next((reply for reply in parsed if reply.kind is not ReplyKind.NOTHING), nothing)


def _from_block(block: str, original: str, parent: str, kind: ReplyKind) -> ParsedReply:
    name = _function(original).name
    code = (block if kind is not ReplyKind.BARE else _from_first_definition(block)).replace("\r\n", "\n")
    try:
        module = Module(reindent(code, ""))
    except PARSING_ERRORS:
        return ParsedReply(ReplyKind.BROKEN if "def " in block else ReplyKind.NOTHING)
    candidates = [unit for unit in module.functions if unit.name == name]
    if not candidates:
        return ParsedReply(ReplyKind.ELSEWHERE if module.functions else ReplyKind.NOTHING)
    # The least nested one; the last of several.
    unit = min(reversed(candidates), key=lambda unit: unit.qualname.count("."))
    alone = len(module.tree.body) == 1
    return _fitted(module.source(unit), module.node(unit), original, parent, kind if alone else ReplyKind.FILE)


def _from_replacements(code: str, original: str, parent: str) -> ParsedReply:
    try:
        return _fitted(code, _function(code), original, parent, ReplyKind.REPLACED)
    except PARSING_ERRORS:
        return ParsedReply(ReplyKind.BROKEN)


def _from_first_definition(text: str) -> str:
    """The text from its first definition or decorator to the last line with which it still parses."""
    lines = text.splitlines(keepends=True)
    starts = [n for n, line in enumerate(lines) if _DEFINITION.match(line)]
    if not starts:
        return text
    body = lines[starts[0] :]
    for end in range(len(body), 0, -1):
        code = "".join(body[:end])
        if _parses(code):
            return code
    return text


def _fitted(code: str, new: Definition, original: str, parent: str, kind: ReplyKind) -> ParsedReply:
    """`code`, whose function is `new`, with the indentation, decorators and line ends of `original`."""
    newline = newline_of(original)
    original_text = original.replace(newline, "\n")
    old = _function(original)
    if old.name != new.name or type(old) is not type(new):
        return ParsedReply(ReplyKind.ELSEWHERE)
    code = reindent(code.strip("\n") + "\n", indentation_of(original_text))
    if old.decorator_list and not new.decorator_list:
        code = "".join(original_text.splitlines(keepends=True)[: old.lineno - 1]) + code
    source = code if original_text.endswith("\n") else code.rstrip("\n")
    source = source.replace("\n", newline)
    return ParsedReply(ReplyKind.UNCHANGED) if source in (original, parent) else ParsedReply(kind, source)


@lru_cache(maxsize=8)  # Every reply of a search is compared with the same original.
def _function(source: str) -> FunctionNode:
    """The function in a unit's lines; raises `SyntaxError` if there is none."""
    for node in ast.walk(parse_unit(reindent(source.replace(newline_of(source), "\n"), ""))):
        if isinstance(node, FunctionNode):
            return node
    raise SyntaxError("there is no function")


def _parses(code: str) -> bool:
    try:
        parse_unit(code)
    except PARSING_ERRORS:
        return False
    return True
