"""The features of a rewrite: named numbers that are known before it is run, and that a linear reward weighs.

A name that contains a value (`family=comparison`) has the number 1; the others are logarithms or shares. The names are
those of the trained weights: `family` means the mutation operator, `outlook` the factor from run-time values, `gone`
and `come` the removed and inserted tokens.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from reloc_lsp.rewrites.ranking.edit_tokens import TokenizedText, trigrams
from reloc_lsp.rewrites.ranking.ranked_rewrite import RankedRewrite
from reloc_lsp.rewrites.ranking.task_context import TaskContext
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.source.bindings import UnitNames
from reloc_lsp.search.interfaces.protocols import RANK_FEATURES, SURROUNDING_CODE_FEATURE

Features = dict[str, float]
MIN_FACTOR = 1e-12
"""Smallest number of which the logarithm is taken."""


class FeatureExtractor:
    """Extracts the features of the rewrites of one unit; `ranked` are all of them."""

    def __init__(self, ctx: UnitNames, task: TaskContext, ranked: Sequence[RankedRewrite]) -> None:
        self.task = task
        self._operators = Counter(one.rewrite.operator for one in ranked)
        self._lines = Counter(one.rewrite.line for one in ranked)
        self._highest_suspicion = max((one.suspicion for one in ranked), default=0.0)
        self._statements = {ctx.line(one.node): type(one.node).__name__ for one in ctx.statements}
        raised_at = ctx.module.raised_at
        self._raising_lines = {n for n, text in enumerate(ctx.index.lines, 1) if text.strip() in raised_at}
        self._text = TokenizedText(ctx.text)
        self._ranks = _rank_features(ranked)

    def features(self, ranked: RankedRewrite) -> Features:
        """The features of one of the rewrites that the extractor was made for."""
        if ranked.value_guided:
            return self._of_value_guided(ranked)
        rewrite = ranked.rewrite
        operator, line = rewrite.operator, rewrite.line
        statement = self._statements.get(line, "other")
        found = {
            "preference": log_factor(ranked.preference), "suspicion": log_factor(ranked.suspicion),
            "outlook": log_factor(ranked.value_factor), "weight": log_factor(rewrite.weight),
            "crowd of its family": math.log(self._operators[operator]),
            "crowd of its line": math.log(self._lines[line]),
            f"family={operator}": 1.0, f"in={statement}": 1.0, f"family={operator} in={statement}": 1.0,
            f"outlook={_power_of_two(ranked.value_factor)}": 1.0, **self._ranks[id(ranked)],
            SURROUNDING_CODE_FEATURE: self.task.share,
        }  # fmt: skip
        errors = self.task.error_classes
        for error in errors:
            found[f"family={operator} error={error}"] = 1.0 / len(errors)
        if ranked.suspicion == self._highest_suspicion:
            found["most suspicious"] = 1.0
        if line in self._raising_lines:
            found["raised here"] = found[f"family={operator} raised here"] = 1.0
        if rewrite.edits:
            self._add_token_features(found, rewrite)
        return found

    def _of_value_guided(self, ranked: RankedRewrite) -> Features:
        """Few features: git histories do not contain such rewrites, so that weights are learned from searches only."""
        return {
            "chosen": 1.0, "own belief": log_factor(ranked.plausibility),
            "outlook alone": log_factor(ranked.value_factor), **self._ranks[id(ranked)],
            SURROUNDING_CODE_FEATURE: self.task.share,
        }  # fmt: skip

    def _add_token_features(self, found: Features, rewrite: Rewrite) -> None:
        """Features of the tokens that the rewrite removes and inserts."""
        change, task = self._text.change(rewrite.edits), self.task
        gone, come = change.kinds()
        found |= {
            "words gone": math.log1p(len(change.removed)), "words come": math.log1p(len(change.inserted)),
            f"gone={gone}": 1.0, f"come={come}": 1.0, f"gone={gone} come={come}": 1.0,
        }  # fmt: skip
        # Correct code resembles the rest of its file more than wrong code does (naturalness of software).
        for name, counts in (
            ("words seen", [task.token_counts[token] for token in change.inserted]),
            ("pairs seen", [task.bigram_counts[pair] for pair in pairwise(change.new)]),
            ("triples seen", [task.trigram_counts[triple] for triple in trigrams(change.new)]),
        ):
            if counts:
                found[name] = math.log1p(min(counts))
                found[f"all {name}"] = float(min(counts) > 0)
        # Removed code occurs in the file at least once.
        for name, counts in (
            ("gone words seen elsewhere", [task.token_counts[token] for token in change.removed]),
            ("gone pairs seen elsewhere", [task.bigram_counts[pair] for pair in pairwise(change.old)]),
        ):
            if counts:
                found[name] = math.log(max(min(counts), 1))
        if not task.test_literals.isdisjoint(change.inserted):
            found["said by tests"] = 1.0


def log_factor(value: float) -> float:
    """The logarithm of a factor, which may be 0."""
    return math.log(max(value, MIN_FACTOR))


def _rank_features(ranked: Sequence[RankedRewrite]) -> dict[int, Features]:
    """By identity of a ranked rewrite: its rank among those of its operator, and among those of them at its line.

    Rewrites of one operator resemble each other. Where the first ones fail the next ones will, so that rewrites of
    other operators should be tried in between.
    """
    of_operator: Counter[str] = Counter()
    at_line: Counter[tuple[str, int]] = Counter()
    found = {}
    for one in sorted(ranked, key=lambda one: -one.prior_score):
        operator, line = one.rewrite.operator, one.rewrite.line
        of_operator[operator] += 1
        at_line[operator, line] += 1
        ranks = of_operator[operator], at_line[operator, line]
        found[id(one)] = dict(zip(RANK_FEATURES, map(math.log, ranks), strict=True))
    return found


def _power_of_two(value: float) -> int:
    """The nearest power of two, by which factors are grouped."""
    return round(math.log2(max(value, 1e-3)))
