"""Descriptions of a revision, made from the texts before and after it: every changed line is named, nothing else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise

from reloc_lsp.program.differences.sequence_diff import opcodes
from reloc_lsp.program.fingerprint import parse_unit
from reloc_lsp.program.source_text import split_lines

MAX_FRAGMENT = 100
"""Characters of a quoted fragment. Of a longer one only its lines are named. Chosen by hand."""
MAX_CONTEXT = 40
"""Characters of an expression that is quoted around a change that is itself an expression: `reverse=True` says more
than `True`. Chosen by hand."""
MAX_CHANGES = 8
"""Changes that are quoted one by one. Of more changes only their lines are named. Chosen by hand."""
MAX_TOKENS = 400
"""Tokens of a line. A longer line is compared as a whole, because comparing takes quadratic time. Chosen by hand."""
_TOKEN = re.compile(r"\w+|\s+|.")


@dataclass(frozen=True)
class Change:
    """The text `old` of the lines `old_lines` becomes the text `new` of the lines `new_lines`.

    The ranges hold line numbers from 1 of the text before and of the text after. Text that is added has the text ''
    and an empty range before; text that is removed has them after. If `quoted` is false, the texts are whole lines and
    too long to be shown, or they differ in blanks alone.
    """

    old: str
    new: str
    old_lines: range
    new_lines: range
    quoted: bool = True


def describe_changes(before: str, after: str, first_line: int = 1) -> str:
    """Every change from `before` to `after` in words, with line numbers as if `before` began at `first_line`.

    For example: "`a < b` becomes `a <= b` (line 4); new: `store.commit()` (now line 7)". Numbers after "now" are those
    of the revised text. The text is empty if nothing differs.
    """
    found = changes(before, after)
    if len(found) > MAX_CHANGES:
        old, new = ({line for lines in group for line in lines} for group in zip(*map(_ranges, found), strict=True))
        texts = [_lines_text(sorted(numbers), first_line) for numbers in (old, new) if numbers]
        return f"{len(found)} changes: the {' become the '.join(texts)}"
    return "; ".join(_sentence(change, first_line) for change in found)


def changes(before: str, after: str) -> list[Change]:
    """The changes from `before` to `after`, in their order.

    Lines are compared without their outer blanks, so that a block with a new indentation is one change. Changes within
    one line are as small as an expression.
    """
    old, new = split_lines(before), split_lines(after)
    old_stripped, new_stripped = ([line.strip() for line in lines] for lines in (old, new))
    steps = opcodes(old_stripped, new_stripped)
    spans = _expression_spans(before)
    found: list[Change] = []
    for tag, i1, i2, j1, j2 in steps:
        if tag == "equal":
            found += _moved(old, new, i1, j1, i2 - i1)
        elif i2 - i1 == j2 - j1:
            for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
                found += _within_line(old[i], new[j], i + 1, j + 1, spans.get(i + 1, []))
        else:
            found.append(_block(old, new, range(i1, i2), range(j1, j2)))
    return found


def _moved(old: Sequence[str], new: Sequence[str], i: int, j: int, count: int) -> Iterator[Change]:
    """The lines that differ in their outer blanks alone, neighbours together."""
    differing = (k for k in range(count) if old[i + k] != new[j + k])
    for _, group in groupby(enumerate(differing), key=lambda pair: pair[1] - pair[0]):
        members = [k for _, k in group]
        first, last = members[0], members[-1] + 1
        before, after = "".join(old[i + first : i + last]), "".join(new[j + first : j + last])
        yield Change(before, after, range(i + first + 1, i + last + 1), range(j + first + 1, j + last + 1), False)


def _block(old: Sequence[str], new: Sequence[str], before: range, after: range) -> Change:
    """Lines that are added, removed, or replaced by another number of lines."""
    one, other = ("".join(lines[where.start : where.stop]).strip() for lines, where in ((old, before), (new, after)))
    quoted = bool(one or other) and not any("\n" in text or len(text) > MAX_FRAGMENT for text in (one, other))
    old_lines, new_lines = (range(where.start + 1, where.stop + 1) for where in (before, after))
    return Change(one, other, old_lines, new_lines, quoted)


def _within_line(
    old: str, new: str, old_line: int, new_line: int, spans: Sequence[tuple[int, int]]
) -> Iterator[Change]:
    """The changes that turn the line `old` into the line `new`; `spans` are those of its expressions."""
    before, after = range(old_line, old_line + 1), range(new_line, new_line + 1)
    fragments = [
        (old[start:end], new[new_start:new_end])
        for start, end, new_start, new_end in _grown_hunks(old.rstrip(), new.rstrip(), spans)
    ]
    if not all(one.strip() and other.strip() for one, other in fragments):
        fragments = [(old.strip(), new.strip())]
    for one, other in fragments:
        yield Change(one, other, before, after, max(len(one), len(other)) <= MAX_FRAGMENT)


def _grown_hunks(old: str, new: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int, int, int]]:
    """Start and end, before and after, of every difference, grown to the expression that holds it."""
    old_tokens, new_tokens = _TOKEN.findall(old), _TOKEN.findall(new)
    if max(len(old_tokens), len(new_tokens)) > MAX_TOKENS:
        return [(0, len(old), 0, len(new))]
    old_starts, new_starts = ([0, *accumulate(map(len, tokens))] for tokens in (old_tokens, new_tokens))
    hunks = [
        (old_starts[i1], old_starts[i2], new_starts[j1], new_starts[j2])
        for tag, i1, i2, j1, j2 in opcodes(old_tokens, new_tokens)
        if tag != "equal"
    ]
    grown: list[tuple[int, int]] = []
    for start, end, _, _ in hunks:
        outer = _holder(start, end, spans)
        while grown and grown[-1][1] > outer[0]:
            last = grown.pop()
            outer = min(last[0], outer[0]), max(last[1], outer[1])
        grown.append(outer)
    return [(start, end, _moved_start(start, hunks), _moved_end(end, hunks)) for start, end in grown]


def _holder(start: int, end: int, spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The smallest of the `spans` that holds more than the hunk, if it is short, else the smallest that holds it."""
    holding = [span for span in spans if span[0] <= start and end <= span[1]]
    around = [span for span in holding if start < end or span[0] < start < span[1]]
    larger = [span for span in around if end - start < span[1] - span[0] <= MAX_CONTEXT]
    return min(larger or around or holding, key=lambda span: span[1] - span[0], default=(start, end))


def _moved_start(position: int, hunks: Sequence[tuple[int, int, int, int]]) -> int:
    """Where text that begins at the old `position` begins after all `hunks`; what is inserted there belongs to it."""
    shift = 0
    for start, end, new_start, new_end in hunks:
        if start >= position:
            break
        shift = (new_end - new_start) - (end - start) + shift
    return position + shift


def _moved_end(position: int, hunks: Sequence[tuple[int, int, int, int]]) -> int:
    """Where text that ends at the old `position` ends after all `hunks`; what is inserted there belongs to it."""
    return position + sum(
        (new_end - new_start) - (end - start) for start, end, new_start, new_end in hunks if end <= position
    )


def _expression_spans(source: str) -> dict[int, list[tuple[int, int]]]:
    """Start and end, in characters of the line, of every expression and statement within one line, by line number."""
    try:
        tree = parse_unit(source)
    except (SyntaxError, ValueError, RecursionError):
        return {}
    lines = split_lines(source)
    # An indented unit is parsed below a line `if`.
    shift = 1 if isinstance(tree.body[0], ast.If) and lines[0][:1].isspace() else 0
    spans: dict[int, list[tuple[int, int]]] = {}
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        # Before Python 3.12 the positions inside of an f-string are not those of the file.
        if not isinstance(node, ast.JoinedStr):
            waiting.extend(ast.iter_child_nodes(node))
        line = getattr(node, "lineno", 0) - shift
        if 0 < line <= len(lines) and getattr(node, "end_lineno", 0) == line + shift:
            encoded = lines[line - 1].encode("utf-8", "surrogatepass")
            ends = (node.col_offset, node.end_col_offset)  # type: ignore[attr-defined]
            start, end = (len(encoded[:column].decode("utf-8", "surrogatepass")) for column in ends)
            spans.setdefault(line, []).append((start, end))
    return spans


def _ranges(change: Change) -> tuple[range, range]:
    return change.old_lines, change.new_lines


def _sentence(change: Change, first_line: int) -> str:
    is_new = not change.old_lines
    where = _lines_text(list(change.new_lines if is_new else change.old_lines), first_line)
    if change.quoted and change.old and change.new:
        return f"`{change.old}` becomes `{change.new}` ({where})"
    if change.quoted:
        return f"new: `{change.new}` (now {where})" if is_new else f"removed: `{change.old}` ({where})"
    if is_new or not change.new_lines:
        return f"new: what is now {where}" if is_new else f"removed: {where}"
    if change.old.split() == change.new.split():
        return f"other blanks in {where}"
    now = _lines_text(list(change.new_lines), first_line)
    return f"{where} become{'' if len(change.old_lines) > 1 else 's'} what is now {now}"


def _lines_text(numbers: Sequence[int], first_line: int) -> str:
    """For example `line 4` or `lines 4, 7 to 9`."""
    breaks = [k for k, (one, other) in enumerate(pairwise(numbers), start=1) if other != one + 1]
    runs = [numbers[a:b] for a, b in pairwise([0, *breaks, len(numbers)])]
    shift = first_line - 1
    texts = [f"{run[0] + shift}" if len(run) == 1 else f"{run[0] + shift} to {run[-1] + shift}" for run in runs]
    return f"line{'s' if len(numbers) > 1 else ''} {', '.join(texts)}"
