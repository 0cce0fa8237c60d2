"""The parts of the prompts that depend on the objective; only a repair calls the function wrong."""

from __future__ import annotations

from dataclasses import dataclass

from reloc_lsp.search.objective import Objective

_EXPERT = "You are an expert Python programmer. You revise one function of a project"
_CARE = "You never write code for the special values that the tests use, and never look at who calls the function."
_GUARDED = (
    "Its tests pass, and have to pass after it as well. What it does stays the same, also for arguments that no test "
    "uses: you take no branch away because no test comes to it. You keep its name, its parameters and its style."
)


@dataclass(frozen=True, slots=True)
class ObjectivePrompts:
    """The parts of the prompts of one search.

    `system` is the system message. `question` is what a reflection has to explain, and `heading` introduces this
    explanation in later prompts. `revise` is the task.
    """

    system: str
    question: str
    heading: str
    revise: str


_FIX = ObjectivePrompts(
    f"{_EXPERT} so that the project's own tests pass. You keep its name, its parameters and its style, and change no "
    f"more than is needed. {_CARE}",
    "what is wrong",
    "What is wrong",
    "Revise it",
)
_SIMPLIFY = ObjectivePrompts(
    f"{_EXPERT} so that it is simpler: less code that says the same at least as clearly. {_GUARDED} {_CARE}",
    "what in this function could be said more simply",
    "What could be simpler",
    "Revise it, to be simpler,",
)
_SPEED_UP = ObjectivePrompts(
    f"{_EXPERT} so that it takes less time. {_GUARDED} {_CARE}",
    "what in this function takes more time than it has to, and why",
    "What takes time",
    "Revise it, to be faster,",
)


def objective_prompts(objective: Objective) -> ObjectivePrompts:
    """The parts of the prompts for an objective."""
    if objective.kind == "instruct":
        return ObjectivePrompts(
            f"{_EXPERT} as its author asks you to. Its tests pass, and have to pass after it as well. You keep its "
            f"name, its parameters and its style where nothing else is asked for. {_CARE}",
            f"how to do what the author asks for, which is this: {objective.instruction}",
            f"The author asks for this: {objective.instruction}\n\nHow to do it",
            "Revise it as the author asks,",
        )
    return {"simplify": _SIMPLIFY, "speed-up": _SPEED_UP}.get(objective.kind, _FIX)
