"""From settings to the rules of a search: who makes neighbours, and where the search goes next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from reloc_lsp.language_model.budgeted_model import BudgetedModel
from reloc_lsp.language_model.call_estimate import CallEstimate, estimate_calls
from reloc_lsp.language_model.model_drafts import ModelDrafter, PlainDrafter
from reloc_lsp.language_model.prompts import Prompts
from reloc_lsp.language_model.reflection import Crossover, Reflection, SelfRefinement
from reloc_lsp.search.algorithms.baselines import NewestNode, NoExpansion
from reloc_lsp.search.algorithms.genetic import TopTwoSelection
from reloc_lsp.search.algorithms.hill_climbing import (
    MAX_EXPANSIONS,
    HillClimbing,
    ModelHillClimbing,
    ObjectiveClimbing,
    PaperHillClimbing,
)
from reloc_lsp.search.budget import Spending
from reloc_lsp.search.candidate import Task
from reloc_lsp.search.composite_neighborhood import CompositeNeighborhood
from reloc_lsp.search.evaluation import paper_score
from reloc_lsp.search.language_model import LanguageModel, Sampling
from reloc_lsp.search.local_search import Rules, Share
from reloc_lsp.search.protocols import Neighborhood, ObjectiveMeasure
from reloc_lsp.settings import ModelSettings, Settings

ENOUGH, DOUBT = 48, 1000
PAPER_NODES = {"hill-climbing": 25, "genetic": 30}
SAMPLES = 25
NEVER = 10**9
AT_ONCE = Share.exactly(0)


def rewrites_alone(rewrites: Neighborhood, workers: int) -> Rules:
    """Hill climbing over rewrites: large rounds, and a choice of what passes, for both cost next to nothing."""
    return Rules(
        rewrites,
        HillClimbing(),
        round_size=Share(8, 0.25, 32 * workers),
        min_evaluations=ENOUGH,
        overfitted_extra=DOUBT,
    )


def asking_of(model: LanguageModel, spending: Spending, settings: Settings) -> BudgetedModel:
    """The model as one search asks it."""
    chosen: ModelSettings = settings.model
    sampling = Sampling(chosen.temperature, chosen.top_p, chosen.reply_tokens, settings.search.seed)
    return BudgetedModel(model, spending, sampling, max(chosen.context_tokens - chosen.reply_tokens, 1))


def with_model(task: Task, asking: BudgetedModel, settings: Settings, rewrites: Neighborhood, workers: int) -> Rules:
    """The rules that the settings name, of a model alone or beside rewrites; the authors' know no rewrites."""
    parts = Parts(task, asking, settings)
    made = ALGORITHMS[settings.search.algorithm](parts)
    if settings.search.reviser == "model" or parts.paper:
        return made
    together = CompositeNeighborhood(
        rewrites, HillClimbing(), made.neighborhood, made.update_rule, made.round_size.least
    )
    return replace(rewrites_alone(rewrites, workers), neighborhood=together, update_rule=together)


def improving(
    task: Task,
    asking: BudgetedModel | None,
    settings: Settings,
    rewrites: Neighborhood,
    measure: ObjectiveMeasure | None,
) -> Rules:
    """Climbing where all tests pass, whatever algorithm repairs: over rewrites, and beside them by reflection."""
    alone = Rules(
        rewrites, ObjectiveClimbing(), reward=measure, round_size=Share.exactly(32), extra=AT_ONCE, overfitted_extra=0
    )
    if asking is None:
        return alone
    reflection = Reflection(task, asking, Prompts(task))
    slow = ObjectiveClimbing(max_expansions=MAX_EXPANSIONS)
    if settings.search.reviser == "model" or not task.objective.is_measured:
        return replace(alone, neighborhood=reflection, update_rule=slow, round_size=Share.exactly(3))
    together = CompositeNeighborhood(rewrites, ObjectiveClimbing(), reflection, slow, 3)
    return replace(alone, neighborhood=together, update_rule=together)


@dataclass(frozen=True)
class Parts:
    """What sets of rules are made of."""

    task: Task
    asking: BudgetedModel
    settings: Settings

    @property
    def paper(self) -> bool:
        """Whether the authors' rules are asked for."""
        return self.settings.search.rules == "paper"

    @property
    def prompts(self) -> Prompts:
        """The authors tell of one failure and ask for whole programs."""
        return Prompts(self.task, one_failure=self.paper, replacing=not self.paper)

    @property
    def drafter(self) -> ModelDrafter:
        """Drafts from observations."""
        return ModelDrafter(self.asking, self.prompts, seed=self.settings.search.seed)


def hill_climbing(parts: Parts) -> Rules:
    """Reflection and one revision for each direction; the paper's begins with drafts."""
    reflection = Reflection(parts.task, parts.asking, parts.prompts)
    if not parts.paper:
        return Rules(reflection, ModelHillClimbing(), round_size=Share.exactly(9), extra=AT_ONCE, overfitted_extra=0)
    return Rules(
        reflection, PaperHillClimbing(), parts.drafter, paper_score, round_size=Share.exactly(3), min_evaluations=NEVER,
        max_nodes=PAPER_NODES["hill-climbing"],
    )  # fmt: skip


def genetic(parts: Parts) -> Rules:
    """Drafts, then one child of the two best at a time."""
    crossover = Crossover(parts.task, parts.asking, parts.prompts)
    rules = Rules(
        crossover,
        TopTwoSelection(parts.paper),
        parts.drafter,
        round_size=Share.exactly(1),
        extra=AT_ONCE,
        overfitted_extra=0,
    )
    if not parts.paper:
        return rules
    return replace(rules, scoring=paper_score, min_evaluations=NEVER, max_nodes=PAPER_NODES["genetic"])


def best_of_n(parts: Parts) -> Rules:
    """As many drafts as the calls allow, all drawn at once."""
    count = min(parts.settings.budget.calls or SAMPLES, SAMPLES)
    drafter = PlainDrafter(parts.asking, parts.prompts, count)
    nothing = SelfRefinement(parts.task, parts.asking, parts.prompts)
    return Rules(nothing, NoExpansion(), drafter, extra=AT_ONCE, overfitted_extra=0)


def self_refinement(parts: Parts) -> Rules:
    """One version after the other, each from the last and what the tests said of it."""
    refinement = SelfRefinement(parts.task, parts.asking, parts.prompts)
    return Rules(refinement, NewestNode(), round_size=Share.exactly(1), extra=AT_ONCE, overfitted_extra=0)


def estimated(task: Task, asking: BudgetedModel, settings: Settings) -> CallEstimate:
    """What the model will be asked for, in all or in a round."""
    parts = Parts(task, asking, settings)
    search = settings.search
    calls, versions = {
        "hill-climbing": (34, 25) if parts.paper else (12, 9),
        "genetic": (31, 30) if parts.paper else (1, 1),
        "best-of-n": (SAMPLES, SAMPLES),
        "self-refinement": (1, 1),
    }[search.algorithm]
    most = settings.budget.calls
    if most is not None and most < calls:
        calls, versions = most, round(versions * most / calls)
    whole = parts.paper or search.algorithm == "best-of-n"
    return estimate_calls(parts.prompts, asking.prompt_limit, calls=calls, versions=versions, whole=whole)


ALGORITHMS: dict[str, Callable[[Parts], Rules]] = {
    "hill-climbing": hill_climbing,
    "genetic": genetic,
    "best-of-n": best_of_n,
    "self-refinement": self_refinement,
}
