"""What is made of a model's reply: the lines of one function, whatever is written around them."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from reloc_lsp.language_model.reindent import indentation_of, moved
from reloc_lsp.language_model.search_replace import replaced
from reloc_lsp.program.fingerprint import parse_unit
from reloc_lsp.program.source_text import newline_of
from reloc_lsp.program.unit import PARSING_ERRORS, Definition, FunctionNode, Module

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[^\n]*\n(.*?)(?:^[ \t]*\1[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_DEFINITION = re.compile(r"\s*(?:async\s+def|def|@\w|class)\b")
_THOUGHTS = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)


class Kind(StrEnum):
    """How the function was found in a reply, or why it was not."""

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


USABLE = frozenset({Kind.UNIT, Kind.BARE, Kind.AMONG, Kind.FILE, Kind.REPLACED})


@dataclass(frozen=True)
class Reading:
    """A reply as it was understood: `source` are the unit's lines, fit to stand in its place, or `None`."""

    kind: Kind
    source: str | None = None


def read_reply(text: str, original: str, parent: str, whole: bool = True) -> Reading:
    """The function in a reply.

    `original` are the unit's lines as they stand in the file, whose name, indentation, decorators and line ends are
    kept; `parent` is the version that was to be revised. Of a reply that is not `whole` only what is complete counts.
    """
    text = _THOUGHTS.sub("", text)
    blocks = [match.group(2) for match in _FENCE.finditer(text)]
    changed = replaced("\n".join(blocks) if blocks else text, parent)
    if changed is not None:
        return _replaced(changed, original, parent) if changed else Reading(Kind.UNFOUND)
    kind = Kind.UNIT if len(blocks) == 1 else Kind.AMONG
    if not blocks:
        blocks, kind = [text], Kind.BARE
    # A model that corrects itself writes its last word last.
    readings = [_from_block(block, original, parent, kind) for block in reversed(blocks)]
    found = next((reading for reading in readings if reading.source is not None), None)
    if found is not None:
        return found
    if not whole:
        return Reading(Kind.CUT_OFF)
    return next((reading for reading in readings if reading.kind is not Kind.NOTHING), Reading(Kind.NOTHING))


def _from_block(block: str, original: str, parent: str, kind: Kind) -> Reading:
    name = _function(original).name
    code = (block if kind is not Kind.BARE else _from_first_definition(block)).replace("\r\n", "\n")
    try:
        module = Module(moved(code, ""))
    except PARSING_ERRORS:
        return Reading(Kind.BROKEN if "def " in block else Kind.NOTHING)
    named = [unit for unit in module.functions if unit.name == name]
    if not named:
        return Reading(Kind.ELSEWHERE if module.functions else Kind.NOTHING)
    unit = min(reversed(named), key=lambda unit: unit.qualname.count("."))
    alone = len(module.tree.body) == 1
    return _placed(module.source(unit), module.node(unit), original, parent, kind if alone else Kind.FILE)


def _replaced(code: str, original: str, parent: str) -> Reading:
    try:
        return _placed(code, _function(code), original, parent, Kind.REPLACED)
    except PARSING_ERRORS:
        return Reading(Kind.BROKEN)


def _from_first_definition(text: str) -> str:
    """The text from its first definition or decorator to the last line that can belong to it."""
    lines = text.splitlines(keepends=True)
    starts = [n for n, line in enumerate(lines) if _DEFINITION.match(line)]
    if not starts:
        return text
    body = lines[starts[0] :]
    for end in range(len(body), 0, -1):
        code = "".join(body[:end])
        if not _fails(code):
            return code
    return text


def _placed(code: str, now: Definition, original: str, parent: str, kind: Kind) -> Reading:
    """`code`, in which the function `now` was found, with the original's indentation, decorators and line ends."""
    newline = newline_of(original)
    plain = original.replace(newline, "\n")
    was = _function(original)
    if was.name != now.name or type(was) is not type(now):
        return Reading(Kind.ELSEWHERE)
    code = moved(code.strip("\n") + "\n", indentation_of(plain))
    if was.decorator_list and not now.decorator_list:
        code = "".join(plain.splitlines(keepends=True)[: was.lineno - 1]) + code
    source = code if plain.endswith("\n") else code.rstrip("\n")
    source = source.replace("\n", newline)
    return Reading(Kind.UNCHANGED) if source in (original, parent) else Reading(kind, source)


@lru_cache(maxsize=8)  # every reply is compared with the same original
def _function(source: str) -> FunctionNode:
    """The function that a unit's lines hold; raises `SyntaxError` where there is none."""
    for node in ast.walk(parse_unit(moved(source.replace(newline_of(source), "\n"), ""))):
        if isinstance(node, FunctionNode):
            return node
    raise SyntaxError("there is no function")


def _fails(code: str) -> bool:
    try:
        parse_unit(code)
    except PARSING_ERRORS:
        return True
    return False
