"""Rewrites of real code, from the standard library, are valid code."""

from __future__ import annotations

import ast
import io
import random
import re
import tokenize
import warnings
from collections import defaultdict

import pytest
from rewriting import library_units

from reloc_lsp.program.fingerprint import parse_unit
from reloc_lsp.program.text_edit import apply_edits
from reloc_lsp.rewrites.operators import ALL_OPERATORS
from reloc_lsp.rewrites.operators.multi_location import in_several_locations
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.unit_context import UnitContext

CORPUS = (
    "textwrap statistics heapq configparser calendar string shlex difflib fractions queue csv cmd copy pprint random "
    "types tabnanny json.decoder contextlib asyncio.locks asyncio.streams dataclasses functools inspect tarfile"
)
MAY_DROP_COMMENTS = {"deletion", "unwrapped block", "removal", "negation", "condition", "ingredient", "branch"}


def sampled(ctx: UnitContext, dice: random.Random, most: int) -> list[Rewrite]:
    """Some rewrites of every operator."""
    by_operator = defaultdict(list)
    single = [rewrite for operator, _ in ALL_OPERATORS for rewrite in operator(ctx)]
    for rewrite in [*single, *in_several_locations(ctx, single)]:
        if rewrite.edits:
            by_operator[rewrite.operator].append(rewrite)
    return [rewrite for group in by_operator.values() for rewrite in dice.sample(group, min(most, len(group)))]


def comments(text: str) -> list[str]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]


@pytest.fixture(autouse=True)
def quiet():
    """Rewrites may write `1 is x` and the like, of which the compiler warns."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def test_every_rewrite_parses_and_keeps_comments():
    dice, wrong, tried = random.Random(7), [], 0
    for name, ctx in library_units(CORPUS, most=1, seed=7):
        said = comments(ctx.text)
        for rewrite in sampled(ctx, dice, most=8):
            tried += 1
            source = apply_edits(ctx.text, rewrite.edits)
            try:
                parse_unit(source)
            except SyntaxError as error:
                wrong.append(f"{name}: {rewrite.operator}: {rewrite.description}: {error}")
                continue
            if rewrite.operator not in MAY_DROP_COMMENTS and not set(said) <= set(comments(source)):
                wrong.append(f"{name}: {rewrite.operator}: {rewrite.description}: a comment is gone")
    assert not wrong, "\n".join(wrong)
    assert tried > 2500


TEXTS = (
    "p or q", "p and q", "not p", "p if q else r", "p < q", "p + q", "p - q", "p * q", "-p", "p ** q", "p | q", "p",
    "p.q", "lambda: p", "0", "'t'", "[p]", "p, q", "{p: q}",
)  # fmt: skip


def test_replacing_an_expression_changes_only_its_branch_of_the_tree():
    """Parentheses are added where needed: the tree is the old one with one branch replaced."""
    dice, wrong, tried = random.Random(3), [], 0
    for name, ctx in library_units(CORPUS, most=4, seed=3):
        slots = [s for s in ctx.loads(ast.expr) if not isinstance(s.node, ast.Slice | ast.Starred | ast.Tuple)]
        slots = [s for s in slots if s.field != "slice" and not isinstance(s.parent, ast.JoinedStr | ast.withitem)]
        for slot in dice.sample(slots, min(40, len(slots))):
            text = dice.choice(TEXTS)
            source = apply_edits(ctx.text, ctx.replace(slot, text, "test").edits)
            statement = getattr(slot.parent, slot.field)
            wanted = ast.parse(text, mode="eval").body
            _put(slot, wanted)
            tree = ast.dump(ctx.function)
            _put(slot, slot.node)
            assert getattr(slot.parent, slot.field) is statement
            tried += 1
            try:
                body = parse_unit(source).body[0]
                found = ast.dump(body.body[0] if isinstance(body, ast.If) else body)
            except SyntaxError as error:
                found = str(error)
            if found != tree:
                wrong.append(f"{name}: {ast.unparse(slot.node)} -> {text} in {type(slot.parent).__name__}.{slot.field}")
    assert not wrong, "\n".join(wrong)
    assert tried > 800


def _put(slot, node):
    if slot.index >= 0:
        getattr(slot.parent, slot.field)[slot.index] = node
    else:
        setattr(slot.parent, slot.field, node)


def with_tabs(text: str) -> str:
    return re.sub(r"^(    )+", lambda found: "\t" * (len(found.group()) // 4), text, flags=re.MULTILINE)


def with_crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


def has_plain_layout(ctx: UnitContext) -> bool:
    """Whether lines begin with whole levels of indentation, and no string spans lines."""
    texts = [n for n in ast.walk(ctx.function) if isinstance(n, ast.Constant | ast.JoinedStr)]
    steps = all(len(line) - len(line.lstrip(" ")) in (0, 4, 8, 12, 16, 20, 24) for line in ctx.text.split("\n"))
    whole = all(t.lineno == t.end_lineno for t in texts)
    return steps and whole and "\\\n" not in ctx.text and "\t" not in ctx.text


def test_rewrites_are_the_same_with_tabs_and_other_line_ends():
    """The rewrites of a text with another layout are the rewrites with that layout."""
    tried = 0
    for name, ctx in library_units(CORPUS, most=1, seed=5):
        if len(ctx.text) > 700 or not has_plain_layout(ctx):
            continue
        others = [(layout, UnitContext(layout(ctx.text), ctx.module)) for layout in (with_tabs, with_crlf)]
        for operator, _ in ALL_OPERATORS:
            plain = [(r.description, apply_edits(ctx.text, r.edits)) for r in operator(ctx)]
            for layout, other in others:
                laid_out = [(r.description, apply_edits(other.text, r.edits)) for r in operator(other)]
                wanted = [(said, layout(text)) for said, text in plain]
                assert wanted == laid_out, f"{name}: {operator.__name__} {layout.__name__}"
                tried += len(plain)
    assert tried > 10000
