"""The prompts of a search. They begin with what all of them share, so that the prefix cache of a server is hit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from reloc_lsp.language_model.disclosure.failure_disclosure import FailureDisclosure
from reloc_lsp.language_model.feedback import feedback
from reloc_lsp.language_model.file_context import file_context
from reloc_lsp.language_model.objective_prompts import ObjectivePrompts, objective_prompts
from reloc_lsp.language_model.shortening import shorten
from reloc_lsp.language_model.templates.prompt_templates import PromptTemplates
from reloc_lsp.program.powers.kinds import DESCRIPTIONS, PowerKind
from reloc_lsp.search.candidate import Node, Task
from reloc_lsp.search.interfaces.language_model import Message
from reloc_lsp.search.token_estimate import estimate_tokens

FILE_SHARE = 0.4
"""Share of a prompt's tokens that the file around the function may take; chosen by hand."""
MIN_FEEDBACK_TOKENS = 50
"""Tokens that the test results get in a prompt that is full already; chosen by hand."""
LONG_UNIT_LINES = 60
"""Lines from which a function is revised by search-and-replace blocks instead of written whole; chosen by hand."""


@dataclass(frozen=True)
class Prompts:
    """Builds the prompts of one search; `token_limit` is how many tokens a prompt may have.

    With `one_failure` a prompt shows one failing test instead of all distinct failures (the paper's rule). With
    `replacing` a prompt asks for search-and-replace blocks if the function is long. No revision with a new power of the
    kinds `refused_powers` will be proposed to the user, and the prompts say so. Their words are those of `templates`.
    """

    task: Task
    one_failure: bool = False
    replacing: bool = True
    refused_powers: Sequence[PowerKind] = ()
    templates: PromptTemplates = field(default_factory=PromptTemplates)

    @property
    def _parts(self) -> ObjectivePrompts:
        return objective_prompts(self.task.objective, self.templates)

    @property
    def _system(self) -> str:
        """The system message: that of the objective, and what a revision must not do."""
        if not self.refused_powers:
            return self._parts.system
        refused = ", ".join(DESCRIPTIONS[kind] for kind in self.refused_powers)
        return (
            f"{self._parts.system} A revision is refused if it does one of these and the function does not: {refused}."
        )

    def observe(self, count: int, token_limit: int) -> list[Message]:
        """Asks for observations about the problem (ReLoc paper, section 3.1)."""
        return self._prompt(None, token_limit, self.templates.text("observe", count=count))

    def draft(self, observations: Sequence[str], token_limit: int) -> list[Message]:
        """Asks for a new version that follows some observations (ReLoc paper, section 3.1)."""
        listed = "".join(f"- {observation}\n" for observation in observations)
        advice = f"Keep in mind:\n{listed}\n" if listed else ""
        whole = self.templates.text("answer-whole")
        return self._prompt(None, token_limit, self.templates.text("draft", advice=advice, answer=whole))

    def reflect(self, node: Node, count: int, tried: Sequence[str], token_limit: int) -> list[Message]:
        """Asks what is wrong with a version, and for directions, without code (ReLoc paper, section 3.2)."""
        listed = "".join(f"- {direction}\n" for direction in tried)
        already_tried = f"These were tried and did not help:\n{listed}\n" if listed else ""
        question = self.templates.text("reflect", tried=already_tried, question=self._parts.question, count=count)
        return self._prompt(node, token_limit, question)

    def revise(self, node: Node, explanation: str, direction: str, token_limit: int) -> list[Message]:
        """Asks for one revision of a version, in a direction (ReLoc paper, section 3.2)."""
        parts = self._parts
        explained = explanation or not self.task.objective.repairs
        advice = f"{parts.heading}: {explanation}\n\n" if explained else ""
        order = f"{parts.revise} in this direction: {direction}" if direction else f"{parts.revise.strip(',')}."
        form = self._answer_form(node.candidate.source)
        return self._prompt(node, token_limit, self.templates.text("revise", advice=advice, order=order, answer=form))

    def cross(self, parents: Sequence[Node], token_limit: int) -> list[Message]:
        """Asks for a child of two versions (ReLoc paper, section 3.2, genetic algorithm)."""
        first, second = parents
        share = token_limit // 3
        # The same for both versions, so that together they disclose as much as one does elsewhere.
        disclosure = FailureDisclosure((self.task.source,))
        other = (
            f"## Another version\n```python\n{second.candidate.source}```\n\n"
            f"{self._feedback(second, share, disclosure)}\n"
        )  # fmt: skip
        question = self.templates.text("cross", other=other, answer=self.templates.text("answer-whole"))
        return self._prompt(first, token_limit - estimate_tokens(other), question, share, disclosure)

    def _prompt(
        self,
        node: Node | None,
        token_limit: int,
        question: str,
        feedback_limit: int | None = None,
        disclosure: FailureDisclosure | None = None,
    ) -> list[Message]:
        """The file, the function in it, the version in question, its test results, and the question, in this order.

        Without a `node` the version is the unchanged function. Its test results get `feedback_limit` tokens, and say
        what the `disclosure` allows; by default what all of the prompt allows.
        """
        task = self.task
        source = node.candidate.source if node else task.source
        context = file_context(task, int(token_limit * FILE_SHARE))
        disclosure = disclosure or FailureDisclosure((task.source, context))
        results = self._feedback(node, feedback_limit or token_limit, disclosure)
        parts = [
            f"# File {task.file}\n```python\n{context}```\n",
            f"# The function {task.qualname} as it stands\n```python\n{task.source}```\n",
        ]
        if source != task.source:
            parts.append(f"# The version to revise\n```python\n{source}```\n")
        tokens_left = token_limit - sum(map(estimate_tokens, [self._system, *parts, question]))
        parts.append(f"# What the tests say of {'it' if source == task.source else 'this version'}\n")
        parts.append(shorten(results, max(tokens_left, MIN_FEEDBACK_TOKENS)))
        return [Message("system", self._system), Message("user", "\n".join([*parts, "# Your task", question]))]

    def _feedback(self, node: Node | None, token_limit: int, disclosure: FailureDisclosure) -> str:
        verdict = node.verdict if node else self.task.verdict
        source = node.candidate.source if node else self.task.source
        max_tests = 1 if self.one_failure else None
        limit = int(token_limit * (1 - FILE_SHARE))
        return feedback(self.task, source, verdict, limit, disclosure=disclosure, max_tests=max_tests)

    def _answer_form(self, source: str) -> str:
        changes = self.replacing and source.count("\n") > LONG_UNIT_LINES
        return self.templates.text("answer-changes" if changes else "answer-whole")
