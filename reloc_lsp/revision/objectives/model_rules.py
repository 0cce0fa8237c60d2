"""The rules of the algorithms that use a language model, and how much each is expected to ask of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from reloc_lsp.language_model.budgeted_model import BudgetedModel
from reloc_lsp.language_model.call_estimate import CallEstimate, estimate_calls
from reloc_lsp.language_model.cloze.cloze_neighborhood import ClozeNeighborhood
from reloc_lsp.language_model.cloze.holes import HoleKind
from reloc_lsp.language_model.model_drafts import ModelDrafter, PlainDrafter
from reloc_lsp.language_model.prompts import Prompts
from reloc_lsp.language_model.reflection import Crossover, Reflection, SelfRefinement
from reloc_lsp.search.algorithms.genetic import TopTwoSelection
from reloc_lsp.search.algorithms.hill_climbing import ModelHillClimbing, PaperHillClimbing
from reloc_lsp.search.algorithms.reference_algorithms import NewestNode, NoExpansion
from reloc_lsp.search.candidate import Task
from reloc_lsp.search.decision_rules import Rules, Share
from reloc_lsp.search.evaluation import paper_score
from reloc_lsp.search.localization.mutation_localization import MutationLocalization
from reloc_lsp.search.neighborhoods.adaptive_neighborhood import AdaptiveNeighborhood, Operator
from reloc_lsp.settings import Settings

PAPER_NODES = {"hill-climbing": 25, "genetic": 30}
"""Node budgets of the ReLoc paper, the unchanged unit not counted."""

MAX_SAMPLES = 25
"""Drafts of best-of-n; chosen by hand, equal to the node budget of the paper's hill climbing."""

AT_ONCE = Share.exactly(0)
"""No further evaluations after the first revision that passes: with a model each one costs calls."""

AT_ONCE_REMOTELY = 4
"""Questions that a model on other processors is asked at once: a GPU answers several in about the time of one. Chosen
by hand. On the processors of this machine it would answer each of them later."""

NEVER = 10**9
"""More evaluations than any search makes: the paper's rules do not stop before their node budget is spent."""

ADAPTIVE_ROUND = Share.exactly(9)
"""Versions of one round at most: three texts for a hole, or three directions, of each operator that is asked."""

PAPER_ROUND = Share.exactly(3)
"""The paper's hill climbing: one parent, and three directions."""

ONE_CHILD = Share.exactly(1)
"""The genetic algorithm: one crossover a round."""

CALLS_AND_VERSIONS = {
    ("hill-climbing", False): (4, 4),
    ("hill-climbing", True): (34, 25),
    ("genetic", False): (1, 1),
    ("genetic", True): (31, 30),
    ("best-of-n", False): (MAX_SAMPLES, MAX_SAMPLES),
    ("best-of-n", True): (MAX_SAMPLES, MAX_SAMPLES),
    ("self-refinement", False): (1, 1),
    ("self-refinement", True): (1, 1),
}
"""By algorithm and whether the paper's rules are used: calls to the model, and how many of them return a version.

The numbers are those of one round, or of the whole search where the paper's node budget or the number of samples bounds
it. They follow from the round sizes above; the other calls are reflections.
"""


CLOZE_PRIORS = {
    HoleKind.BODY: (0.3, 100.0),
    HoleKind.INSERTION: (2.0, 4000.0),
    HoleKind.REST: (2.0, 5000.0),
    HoleKind.LINE: (2.0, 6000.0),
    HoleKind.EXPRESSION: (2.0, 8000.0),
}
"""By kind of hole, what filling such holes gains, and for how many tokens: see `AdaptiveNeighborhood`.

Chosen by hand. A body comes first, and is soon given up: a model knows many functions by heart, and others not at all.
Of the bugs that rewrites leave, inserted lines and rests of blocks fixed more than other lines and expressions, which
rewrites change too.
"""
REFLECTION_PRIOR = (1.0, 8000.0)
"""The same for a reflection and its revisions."""
REVISION_PRIOR = (1.0, 4000.0)
"""The same for a revision without a reflection."""
CROSSOVER_PRIOR = (1.0, 8000.0)
"""The same for a crossover."""


@dataclass(frozen=True)
class ModelRules:
    """The rules for one task and one model, as the settings choose them."""

    task: Task
    model: BudgetedModel
    settings: Settings

    @property
    def paper(self) -> bool:
        """Whether the paper's rules are chosen."""
        return self.settings.search.rules == "paper"

    @property
    def prompts(self) -> Prompts:
        """The prompts; the paper's report one failure and ask for whole functions."""
        return Prompts(
            self.task, one_failure=self.paper, replacing=not self.paper,
            refused_powers=self.settings.review.refused_powers, templates=self.model.templates,
        )  # fmt: skip

    def rules(self) -> Rules:
        """The rules of the chosen algorithm."""
        algorithms = {
            "hill-climbing": self._hill_climbing,
            "genetic": self._genetic,
            "best-of-n": self._best_of_n,
            "self-refinement": self._self_refinement,
        }
        return algorithms[self.settings.search.algorithm]()

    def estimate(self) -> CallEstimate:
        """How many calls and tokens the chosen algorithm is expected to need, within the budget for calls."""
        algorithm, budget = self.settings.search.algorithm, self.settings.budget.calls
        calls, versions = CALLS_AND_VERSIONS[algorithm, self.paper]
        if budget is not None and budget < calls:
            calls, versions = budget, round(versions * budget / calls)
        whole = self.paper or algorithm == "best-of-n"
        return estimate_calls(self.prompts, self.model.prompt_limit, calls=calls, versions=versions, whole=whole)

    def _hill_climbing(self) -> Rules:
        """What gained most so far; the paper's begins with drafts, and asks by reflection alone."""
        if not self.paper:
            return Rules(
                self._adaptive(), ModelHillClimbing(), round_size=ADAPTIVE_ROUND, extra=AT_ONCE, overfitted_extra=0
            )
        return Rules(
            Reflection(self.task, self.model, self.prompts),
            PaperHillClimbing(),
            self._drafter(),
            paper_score,
            round_size=PAPER_ROUND,
            min_evaluations=NEVER,
            max_nodes=PAPER_NODES["hill-climbing"],
        )

    def _adaptive(self) -> AdaptiveNeighborhood:
        """All that a model can be asked for, as one neighbourhood."""
        task, model, prompts = self.task, self.model, self.prompts
        seed, localization = self.settings.search.seed, MutationLocalization(task)
        operators = {
            f"fill {kind}": Operator(ClozeNeighborhood(task, model, kind, localization, seed), *CLOZE_PRIORS[kind])
            for kind in HoleKind
        }
        operators |= {
            "reflection": Operator(Reflection(task, model, prompts), *REFLECTION_PRIOR),
            "revision": Operator(SelfRefinement(task, model, prompts), *REVISION_PRIOR),
            "crossover": Operator(Crossover(task, model, prompts), *CROSSOVER_PRIOR, parents=2),
        }
        return AdaptiveNeighborhood(
            task,
            operators,
            localization=localization,
            spent=lambda: model.tokens,
            affordable=lambda: not model.exhausted,
            at_once=1 if model.shares_processors else AT_ONCE_REMOTELY,
            seed=seed,
        )

    def _genetic(self) -> Rules:
        """Drafts, then crossovers of the two best, one child at a time."""
        rules = Rules(
            Crossover(self.task, self.model, self.prompts),
            TopTwoSelection(self.paper),
            self._drafter(),
            round_size=ONE_CHILD,
            extra=AT_ONCE,
            overfitted_extra=0,
        )
        if not self.paper:
            return rules
        return replace(rules, scoring=paper_score, min_evaluations=NEVER, max_nodes=PAPER_NODES["genetic"])

    def _best_of_n(self) -> Rules:
        """Independent drafts, all at once, as many as the budget for calls allows; nothing is expanded."""
        count = min(self.settings.budget.calls or MAX_SAMPLES, MAX_SAMPLES)
        drafter = PlainDrafter(self.model, self.prompts, count)
        unused = SelfRefinement(self.task, self.model, self.prompts)
        return Rules(unused, NoExpansion(), drafter, extra=AT_ONCE, overfitted_extra=0)

    def _self_refinement(self) -> Rules:
        """One version after the other, each from the last one and its failures."""
        refinement = SelfRefinement(self.task, self.model, self.prompts)
        return Rules(refinement, NewestNode(), round_size=ONE_CHILD, extra=AT_ONCE, overfitted_extra=0)

    def _drafter(self) -> ModelDrafter:
        return ModelDrafter(self.model, self.prompts, seed=self.settings.search.seed)
