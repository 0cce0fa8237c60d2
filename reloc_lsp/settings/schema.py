"""The typed tree of everything a user can choose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from reloc_lsp.search.budget import Budget

USER_ONLY: Mapping[str, Any] = {"user_only": True}
"""Marks a field that a workspace's own files may not set: it names something that is run or trusted."""


@dataclass(frozen=True)
class SearchSettings:
    """Which rules the search follows. `seed` makes a run repeatable."""

    algorithm: Literal["hill-climbing", "genetic", "best-of-n", "self-refinement"] = "hill-climbing"
    rules: Literal["default", "paper"] = "default"
    reviser: Literal["auto", "rewrites", "model"] = "auto"
    seed: int = 0


@dataclass(frozen=True)
class LocalModelSettings:
    """The server that `reloc-lsp model` runs on this machine.

    With `start` it is started when the model is first asked, and no `base_url` is set. `vllm` is the program (none: the
    one beside our Python, or on the PATH), `device` the GPUs as in CUDA_VISIBLE_DEVICES, `flags` are vLLM's own.
    Without a request for `idle_minutes` it ends.
    """

    start: bool = field(default=False, metadata=USER_ONLY)
    vllm: str | None = field(default=None, metadata=USER_ONLY)
    device: str | None = field(default=None, metadata=USER_ONLY)
    flags: tuple[str, ...] = field(default=(), metadata=USER_ONLY)
    idle_minutes: float = field(default=30.0, metadata=USER_ONLY)


@dataclass(frozen=True)
class ModelSettings:
    """The language model to ask, at an OpenAI-compatible `base_url`; all of it is the user's own choice.

    Without `name` and `base_url` a model takes part only if a server of it runs that `reloc-lsp model` started. Of one
    of them alone the other is found: the first model that the server has, or the server of this machine.

    `key_variable` names the environment variable that holds the key. `context_tokens` is what prompt and reply may
    have together, `reply_tokens` what each reply may have. No more than `in_flight` requests are under way at once, and
    `patience` is how many seconds the first word of an answer may take. Prices are those of a million tokens: of
    prompts, of what the server had in its cache (none: as other prompts), of replies.
    """

    name: str | None = field(default=None, metadata=USER_ONLY)
    base_url: str | None = field(default=None, metadata=USER_ONLY)
    key_variable: str = field(default="RELOC_API_KEY", metadata=USER_ONLY)
    temperature: float = field(default=0.2, metadata=USER_ONLY)
    top_p: float = field(default=0.95, metadata=USER_ONLY)
    context_tokens: int = field(default=16384, metadata=USER_ONLY)
    reply_tokens: int = field(default=4096, metadata=USER_ONLY)
    in_flight: int = field(default=16, metadata=USER_ONLY)
    patience: float = field(default=180.0, metadata=USER_ONLY)
    prompt_price: float | None = field(default=None, metadata=USER_ONLY)
    cached_price: float | None = field(default=None, metadata=USER_ONLY)
    reply_price: float | None = field(default=None, metadata=USER_ONLY)
    local: LocalModelSettings = field(default_factory=LocalModelSettings, metadata=USER_ONLY)

    def money(self, prompt: int, cached: int, replies: int) -> float | None:
        """What so many tokens cost; `None` without prices. `cached` are some of those of the prompts."""
        if self.prompt_price is None or self.reply_price is None:
            return None
        again = self.prompt_price if self.cached_price is None else self.cached_price
        return ((prompt - cached) * self.prompt_price + cached * again + replies * self.reply_price) / 1e6

    @property
    def wanted(self) -> bool:
        """Whether a model is to take part."""
        return self.name is not None or self.base_url is not None


@dataclass(frozen=True)
class TextRewardSettings:
    """The text reward model: how near a version is to a right one, judged by its text. Off without a model or server.

    `model` is a folder or a name on the Hugging Face hub, loaded in our own process; with `base_url` it is that of a
    vLLM server (none: the server's first). `key_variable` names the environment variable that holds the server's key.
    """

    model: str | None = field(default=None, metadata=USER_ONLY)
    base_url: str | None = field(default=None, metadata=USER_ONLY)
    key_variable: str = field(default="RELOC_REWARD_API_KEY", metadata=USER_ONLY)


@dataclass(frozen=True)
class RewardSettings:
    """What tells versions apart of which the same tests pass.

    `evidence` is the small reward that orders rewrites by what is known of them: `shipped`, `off`, or a file that
    `reloc-lsp reward train-evidence` wrote (a relative path begins at the workspace).
    """

    evidence: str = "shipped"
    text: TextRewardSettings = field(default_factory=TextRewardSettings, metadata=USER_ONLY)


@dataclass(frozen=True)
class EvaluationSettings:
    """How candidates are judged.

    `interpreter` is the project's Python (none: the workspace's own environment, the active one, ours);
    `tests` are pytest node ids or paths (none: found from the unit); `workers` the tests run at once (0: one a
    core); `environment` names variables passed to the tests besides the usual harmless ones; `sandbox` is `auto`
    for the best walls there are, `full` to do nothing with less, `none` to build none.
    """

    interpreter: str | None = field(default=None, metadata=USER_ONLY)
    tests: tuple[str, ...] = ()
    workers: int = 0
    environment: tuple[str, ...] = field(default=(), metadata=USER_ONLY)
    sandbox: Literal["auto", "full", "none"] = field(default="auto", metadata=USER_ONLY)


@dataclass(frozen=True)
class EditorSettings:
    """What happens in an editor without being asked for.

    `on_save`: nothing; `notify` runs the tests of functions that were changed and marks those that fail; `propose`
    searches for `on_save_seconds` besides, and marks what has a revision. `code_lens` shows what is known of functions.
    `log_level` is what the running server logs (none: as it was started). Nothing of a workspace that is not `trusted`
    is run.
    """

    on_save: Literal["off", "notify", "propose"] = field(default="off", metadata=USER_ONLY)
    on_save_seconds: float = field(default=10.0, metadata=USER_ONLY)
    code_lens: bool = False
    trusted: bool = field(default=True, metadata=USER_ONLY)
    log_level: Literal["debug", "info", "warning", "error"] | None = field(default=None, metadata=USER_ONLY)


@dataclass(frozen=True)
class Settings:
    """Everything a user can choose."""

    budget: Budget = field(default_factory=Budget)
    search: SearchSettings = field(default_factory=SearchSettings)
    model: ModelSettings = field(default_factory=ModelSettings)
    reward: RewardSettings = field(default_factory=RewardSettings)
    evaluation: EvaluationSettings = field(default_factory=EvaluationSettings)
    editor: EditorSettings = field(default_factory=EditorSettings)
