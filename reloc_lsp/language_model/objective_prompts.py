"""The parts of the prompts that depend on the objective; only a repair calls the function wrong."""

from __future__ import annotations

from dataclasses import dataclass

from reloc_lsp.language_model.templates.prompt_templates import PromptTemplates
from reloc_lsp.search.objective import Objective


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


_WORDS = {
    "fix": ("what is wrong", "What is wrong", "Revise it"),
    "simplify": (
        "what in this function could be said more simply",
        "What could be simpler",
        "Revise it, to be simpler,",
    ),
    "speed-up": (
        "what in this function takes more time than it has to, and why",
        "What takes time",
        "Revise it, to be faster,",
    ),
}
"""By objective: what a reflection has to explain, the heading of its explanation, and the task."""


def objective_prompts(objective: Objective, templates: PromptTemplates) -> ObjectivePrompts:
    """The parts of the prompts for an objective."""
    system = templates.text(f"system-{objective.kind}")
    if objective.kind == "instruct":
        return ObjectivePrompts(
            system,
            f"how to do what the author asks for, which is this: {objective.instruction}",
            f"The author asks for this: {objective.instruction}\n\nHow to do it",
            "Revise it as the author asks,",
        )
    return ObjectivePrompts(system, *_WORDS[objective.kind])
