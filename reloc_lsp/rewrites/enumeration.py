"""All rewrites of a unit, each with the prior of its operator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reloc_lsp.rewrites.operators import STATIC_OPERATORS, VALUE_GUIDED_OPERATORS
from reloc_lsp.rewrites.operators.multi_location import in_several_locations
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.source.formatting import drops_comment
from reloc_lsp.rewrites.unit_context import Operator, UnitContext

MULTI_LOCATION_PRIOR = 0.25
"""Prior of one operator applied in several locations, fitted like those of the operators."""
WEIGHT_POWER = 1.7
"""Exponent of an operator's own weights. Fitted on the bugs of tests/benchmarks/handwritten and on planted ones."""
DROPPED_COMMENT_FACTOR = 0.8
"""Factor for a rewrite that drops a comment. Of two rewrites to the same program the one that keeps its comments comes
first, and the other one is never tried. Chosen by hand."""


def static_rewrites(ctx: UnitContext) -> Iterator[tuple[float, Rewrite]]:
    """Every rewrite that needs no run-time values, with its prior; those in several locations come last."""
    single: list[Rewrite] = []
    for prior, rewrite in _rewrites_of(ctx, STATIC_OPERATORS):
        single.append(rewrite)
        yield prior, rewrite
    yield from ((MULTI_LOCATION_PRIOR, rewrite) for rewrite in in_several_locations(ctx, single))


def value_guided_rewrites(ctx: UnitContext) -> Iterator[tuple[float, Rewrite]]:
    """Every rewrite that is chosen by run-time values, with its prior."""
    return _rewrites_of(ctx, VALUE_GUIDED_OPERATORS)


def preference_of(ctx: UnitContext, prior: float, rewrite: Rewrite) -> float:
    """How much a rewrite of an operator with this prior is preferred, whatever its line."""
    weight: float = prior * rewrite.weight**WEIGHT_POWER
    return weight * (DROPPED_COMMENT_FACTOR if drops_comment(ctx.text, rewrite.edits) else 1.0)


def _rewrites_of(ctx: UnitContext, operators: Iterable[tuple[Operator, float]]) -> Iterator[tuple[float, Rewrite]]:
    return ((prior, rewrite) for operator, prior in operators for rewrite in operator(ctx))
