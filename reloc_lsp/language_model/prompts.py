"""What a model is asked. What all prompts of a search share comes first, so that a server's prefix cache is hit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reloc_lsp.language_model.feedback import feedback
from reloc_lsp.language_model.file_context import surroundings
from reloc_lsp.language_model.objective_prompts import ObjectivePrompts, wording
from reloc_lsp.language_model.tokens import cut, tokens_of
from reloc_lsp.search.candidate import Node, Task
from reloc_lsp.search.language_model import Message

SURROUNDINGS_SHARE = 0.4
LONG_UNIT_LINES = 60
WHOLE = "Answer with the whole revised function in one ```python block, and nothing else in the block."
REPLACING = """\
Answer with the changes alone, each as

<<<<<<< SEARCH
lines of the function as they are
=======
lines to put in their place
>>>>>>> REPLACE

where the lines to search stand in the function exactly once."""


@dataclass(frozen=True)
class Prompts:
    """Makes the prompts of one search.

    `one_failure` tells of one failing test instead of all distinct ones (the paper's rule); `replacing` asks for
    replacements instead of the whole function where it is long.
    """

    task: Task
    one_failure: bool = False
    replacing: bool = True

    @property
    def _words(self) -> ObjectivePrompts:
        return wording(self.task.objective)

    def observe(self, count: int, room: int) -> list[Message]:
        """Ask for observations about the problem (ReLoc 3.1)."""
        return self._about(self.task.source, room, self._feedback(None, room), (
            f"Do not write code yet. Give {count} different observations about what the function has to do and where "
            f"it may go wrong, as a numbered list of {count} items, each one or two sentences."
        ))  # fmt: skip

    def draft(self, observations: Sequence[str], room: int) -> list[Message]:
        """Ask for a new version that follows some observations (ReLoc 3.1)."""
        heard = "".join(f"- {observation}\n" for observation in observations)
        seen = f"Keep in mind:\n{heard}\n" if heard else ""
        return self._about(
            self.task.source, room, self._feedback(None, room), f"{seen}Write the function anew. {WHOLE}"
        )

    def reflect(self, node: Node, count: int, tried: Sequence[str], room: int) -> list[Message]:
        """Ask what is wrong with a version and in which directions to go, without code (ReLoc 3.2)."""
        before = "".join(f"- {direction}\n" for direction in tried)
        other = f"These were tried and did not help:\n{before}\n" if before else ""
        return self._about(node.candidate.source, room, self._feedback(node, room), (
            f"{other}Do not write code yet. Say in two or three sentences {self._words.look}. Then give {count} "
            f"different directions for revising the function, as a numbered list of {count} items, each one or two "
            "sentences."
        ))  # fmt: skip

    def revise(self, node: Node, explanation: str, direction: str, room: int) -> list[Message]:
        """Ask for a version one revision away, in a direction (ReLoc 3.2)."""
        words = self._words
        told = explanation or not self.task.objective.repairs
        heard = f"{words.heading}: {explanation}\n\n" if told else ""
        way = f"{words.revise} in this direction: {direction}\n\n" if direction else f"{words.revise.strip(',')}.\n\n"
        return self._about(
            node.candidate.source, room, self._feedback(node, room), heard + way + self._form(node.candidate.source)
        )

    def cross(self, parents: Sequence[Node], room: int) -> list[Message]:
        """Ask for a child of two versions (ReLoc 3.2, genetic)."""
        first, second = parents
        share = room // 3
        other = (
            f"## Another version\n```python\n{second.candidate.source}```\n\n"
            f"{self._feedback(second, share)}\n"
        )  # fmt: skip
        ask = f"Combine what is right in the two versions into a better one. {WHOLE}"
        return self._about(first.candidate.source, room - tokens_of(other), self._feedback(first, share), other + ask)

    def _about(self, source: str, room: int, heard: str, ask: str) -> list[Message]:
        """All prompts begin alike: the file, then the function as it stands, then the version that is meant."""
        task = self.task
        parts = [
            f"# File {task.file}\n```python\n{surroundings(task, int(room * SURROUNDINGS_SHARE))}```\n",
            f"# The function {task.qualname} as it stands\n```python\n{task.source}```\n",
        ]
        if source != task.source:
            parts.append(f"# The version to revise\n```python\n{source}```\n")
        left = room - sum(map(tokens_of, [self._words.system, *parts, ask]))
        parts.append(f"# What the tests say of {'it' if source == task.source else 'this version'}\n")
        parts.append(cut(heard, max(left, 50)))
        return [Message("system", self._words.system), Message("user", "\n".join([*parts, "# Your task", ask]))]

    def _feedback(self, node: Node | None, room: int) -> str:
        verdict = node.verdict if node else self.task.verdict
        source = node.candidate.source if node else self.task.source
        most = 1 if self.one_failure else None
        return feedback(self.task, source, verdict, int(room * (1 - SURROUNDINGS_SHARE)), most)

    def _form(self, source: str) -> str:
        return REPLACING if self.replacing and source.count("\n") > LONG_UNIT_LINES else WHOLE
