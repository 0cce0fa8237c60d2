"""The protocol of a language model that chats and fills gaps, whichever server runs it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap in a text that a model is to fill: `prefix` is the text before it, `suffix` the text after it.

    What is written into it begins with `start`; a reply is what follows.
    """

    prefix: str
    suffix: str
    start: str = ""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How replies are sampled; the defaults are the paper's. `max_tokens` bounds each reply."""

    temperature: float = 0.2
    top_p: float = 0.95
    max_tokens: int = 8192
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens used: `cached_tokens` are the prompt tokens that the server had in its cache.

    `completion_tokens` are those of all replies together. `counted` is false where the server did not report usage
    and the numbers are estimates. `possible` is false where it reported numbers that cannot be true; each of those is
    replaced by the most tokens that the call can have used.
    """

    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    counted: bool = True
    possible: bool = True


def total_usage(usages: Iterable[Usage]) -> Usage:
    """The sum of `usages`; it is counted, and possible, only if each part is."""
    parts = list(usages)
    return Usage(
        prompt_tokens=sum(part.prompt_tokens for part in parts),
        cached_tokens=sum(part.cached_tokens for part in parts),
        completion_tokens=sum(part.completion_tokens for part in parts),
        counted=all(part.counted for part in parts),
        possible=all(part.possible for part in parts),
    )


@dataclass(frozen=True, slots=True)
class Variant:
    """What a reply could have been instead: its text up to some token, and another token there.

    `log_probability` is that of `text`. If `ended` is true, the other token marks the end, and `text` is all of it.
    """

    text: str
    log_probability: float
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """The text of one reply; `complete` is false where it was cut off at `max_tokens`.

    `log_probability` is the sum over its tokens of their natural log-probabilities. It and the most probable
    `variants` are known for gaps, where the server reports them.
    """

    text: str
    complete: bool = True
    log_probability: float | None = None
    variants: tuple[Variant, ...] = ()


@dataclass(frozen=True, slots=True)
class Completion:
    """The replies to one prompt, the tokens they used, and the number of calls to the server."""

    replies: tuple[Reply, ...]
    usage: Usage
    calls: int = 1


class ModelError(Exception):
    """A model call failed. The message says what happened, where, and what to do.

    `permanent` is true where a retry cannot help: a wrong key, an unknown model, no such address.
    """

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class PromptTooLong(ModelError):  # noqa: N818
    """The prompt exceeds the model's context window; `max_tokens` is what would fit, where the server reports it."""

    def __init__(self, message: str, max_tokens: int | None = None) -> None:
        super().__init__(message)
        self.max_tokens = max_tokens


class InfillingUnsupported(ModelError):  # noqa: N818
    """The server cannot fill gaps with this model, or nobody knows how; chat requests may work all the same."""


class LanguageModel(Protocol):
    """A language model on some server."""

    @property
    def shares_processors(self) -> bool:
        """Whether the model computes on the processors of this machine, on which candidates are evaluated, too."""
        ...

    async def complete(self, messages: Sequence[Message], sampling: Sampling, count: int = 1) -> Completion:
        """Up to `count` replies to one prompt. Cancelling the call stops the server's work. Raises `ModelError`."""
        ...

    async def infill(self, gap: Gap, sampling: Sampling, count: int = 1, stop: Sequence[str] = ()) -> Completion:
        """Up to `count` texts for a gap; each ends before the first of the texts in `stop`, which are at most four.

        Raises `InfillingUnsupported` if the model cannot do this, and `ModelError`.
        """
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...
