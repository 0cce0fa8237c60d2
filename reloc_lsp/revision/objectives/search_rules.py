"""From settings to the rules of one search: rewrites alone, a language model alone, or both together."""

from __future__ import annotations

from dataclasses import replace

from reloc_lsp.language_model.budgeted_model import BudgetedModel
from reloc_lsp.language_model.prompts import Prompts
from reloc_lsp.language_model.reflection import Reflection
from reloc_lsp.revision.objectives.model_rules import AT_ONCE, ModelRules
from reloc_lsp.search.algorithms.hill_climbing import MAX_EXPANSIONS, HillClimbing, ObjectiveClimbing
from reloc_lsp.search.candidate import Task
from reloc_lsp.search.decision_rules import Rules, Share
from reloc_lsp.search.interfaces.protocols import ObjectiveMeasure
from reloc_lsp.search.neighborhood import Neighborhood
from reloc_lsp.search.neighborhoods.composite_neighborhood import CompositeNeighborhood
from reloc_lsp.settings import Settings

MIN_EVALUATIONS = 48
"""Rewrites evaluated in any case before a passing one is proposed, so that there is a choice; chosen by hand."""

OVERFITTED_EXTRA = 1000
"""Rewrites evaluated further while every passing one looks overfitted; chosen by hand: rewrites are cheap."""

REWRITE_ROUND = Share(8, 0.25, 32)
"""Rewrites in one round; `most` is per worker. Chosen by hand: small at first, so that a quick fix is found quickly,
and then large enough to keep all workers busy."""

REWRITES_FIRST = 150
"""Rewrites that are evaluated before a model is asked: most bugs are fixed by then, and a model costs time or money.
Chosen by hand."""

SECONDS_FIRST = 3.0
"""Wall-clock seconds of the search after which a model is asked in any case. Chosen by hand."""

OPTIMIZATION_ROUND = Share.exactly(32)
"""Rewrites in one round of an optimization; chosen by hand."""

OPTIMIZATION_DIRECTIONS = 3
"""Revisions that the model writes in one round of an optimization: one for each direction of its reflection."""


def rewrite_rules(rewrites: Neighborhood, workers: int) -> Rules:
    """Hill climbing over rewrites: large rounds, and a choice among passing revisions, because both cost little."""
    return Rules(
        rewrites,
        HillClimbing(),
        round_size=replace(REWRITE_ROUND, most=REWRITE_ROUND.most * workers),
        min_evaluations=MIN_EVALUATIONS,
        overfitted_extra=OVERFITTED_EXTRA,
    )


def repair_rules(
    task: Task, model: BudgetedModel | None, settings: Settings, rewrites: Neighborhood, *, workers: int
) -> Rules:
    """The rules that the settings name, for the objective `fix`.

    Rewrites are searched as well as the model's revisions, except if only the model is to write candidates, and except
    with the paper's rules, which know no rewrites.
    """
    if model is None:
        return rewrite_rules(rewrites, workers)
    model_rules = ModelRules(task, model, settings)
    rules = model_rules.rules()
    if settings.search.reviser == "model" or model_rules.paper:
        return rules
    spending = model.spending
    begun = spending.seconds

    def tried(nodes: int) -> bool:
        return nodes > REWRITES_FIRST or spending.seconds - begun > SECONDS_FIRST

    both = CompositeNeighborhood(
        rewrites,
        HillClimbing(),
        rules.neighborhood,
        rules.update_rule,
        count=rules.round_size.least,
        tried=tried,
    )
    return replace(rewrite_rules(rewrites, workers), neighborhood=both, update_rule=both)


def optimization_rules(
    task: Task,
    model: BudgetedModel | None,
    settings: Settings,
    rewrites: Neighborhood,
    *,
    measure: ObjectiveMeasure | None,
) -> Rules:
    """The rules for an objective other than `fix`, where all tests pass; the algorithm of the settings is not used.

    They climb over rewrites that preserve behaviour, and with a model also by reflection.
    """
    rules = Rules(
        rewrites,
        ObjectiveClimbing(),
        reward=measure,
        round_size=OPTIMIZATION_ROUND,
        extra=AT_ONCE,
        overfitted_extra=0,
    )
    if model is None:
        return rules
    prompts = Prompts(task, refused_powers=settings.review.refused_powers, templates=model.templates)
    reflection = Reflection(task, model, prompts)
    model_rule = ObjectiveClimbing(max_expansions=MAX_EXPANSIONS)
    if settings.search.reviser == "model" or not task.objective.is_measured:
        return replace(
            rules,
            neighborhood=reflection,
            update_rule=model_rule,
            round_size=Share.exactly(OPTIMIZATION_DIRECTIONS),
        )
    both = CompositeNeighborhood(rewrites, ObjectiveClimbing(), reflection, model_rule, count=OPTIMIZATION_DIRECTIONS)
    return replace(rules, neighborhood=both, update_rule=both)
