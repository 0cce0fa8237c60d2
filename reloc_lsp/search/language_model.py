"""What the search asks of a language model, whoever serves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """How replies are drawn; the defaults are the paper's. `max_tokens` bounds each reply."""

    temperature: float = 0.2
    top_p: float = 0.95
    max_tokens: int = 8192
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call: of the prompt, those of them the server had in its cache, and of all replies together.

    `counted` is false where the server did not say and they were estimated.
    """

    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Reply:
    """The text of one reply; `whole` is false where it was cut off at `max_tokens`."""

    text: str
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """The replies to one prompt, what they cost, and how many calls of the server it took."""

    replies: tuple[Reply, ...]
    usage: Usage
    calls: int = 1


class ModelError(Exception):
    """The model cannot be asked: the message says what happened, where, and what to do.

    `lasting` is true where asking again cannot help: a wrong key, an unknown model, no such address.
    """

    def __init__(self, message: str, *, lasting: bool = False) -> None:
        super().__init__(message)
        self.lasting = lasting


class PromptTooLong(ModelError):  # noqa: N818
    """The prompt does not fit into the model's context; `most` is how many tokens would, where the server says."""

    def __init__(self, message: str, most: int | None = None) -> None:
        super().__init__(message)
        self.most = most


class LanguageModel(Protocol):
    """A chat model."""

    async def ask(self, messages: Sequence[Message], sampling: Sampling, count: int = 1) -> Answer:
        """`count` replies to one prompt, possibly fewer; raises `ModelError`. Cancelling it stops the server's work."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
