"""The typed tree of everything a user can choose.

The docstring below each field describes that setting to users, without its default: `reference.settings_reference`
reads it for the documentation, and the VS Code extension repeats it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from reloc_lsp.program.powers.kinds import POWER_KINDS, PowerKind
from reloc_lsp.search.budget import Budget

Fim = Literal[
    "auto", "off", "suffix", "infill",
    "qwen", "codegemma", "deepseek", "codestral", "codellama", "santacoder", "starcoder",
]  # fmt: skip
"""How a model is asked to fill a gap in code ("fill in the middle"); all but the first four are families of models."""

USER_ONLY: Mapping[str, Any] = {"user_only": True}
"""Marks a field that a workspace's own files may not set: it names something that is run, trusted or paid for."""


@dataclass(frozen=True)
class SearchSettings:
    """How the search proceeds."""

    algorithm: Literal["hill-climbing", "genetic", "best-of-n", "self-refinement"] = "hill-climbing"
    """The search algorithm. All but hill climbing need a language model."""
    rules: Literal["default", "paper"] = "default"
    """The decision rules of the search: those of ReLoc LSP, or those of the ReLoc paper."""
    reviser: Literal["auto", "rewrites", "model"] = "auto"
    """What proposes revisions: `rewrites` of the syntax tree, a language `model`, or both if possible (`auto`)."""
    seed: int = 0
    """Seed of all random choices. The same seed on the same code gives the same result."""


@dataclass(frozen=True)
class LocalModelSettings:
    """The model server that `reloc-lsp model` runs on this machine."""

    start: bool = field(default=False, metadata=USER_ONLY)
    """Start a server for the named model when the first request is made, unless a base URL is set."""
    vllm: str | None = field(default=None, metadata=USER_ONLY)
    """Path of the program `vllm`, which then serves every model. Without one: the `vllm` beside the Python of ReLoc
    LSP, else the one on the PATH."""
    llama_server: str | None = field(default=None, metadata=USER_ONLY)
    """Path of llama.cpp's program `llama-server`, which then serves every model unless `vllm` is set. Without one: the
    `llama-server` on the PATH, else the Python package xllamacpp."""
    device: str | None = field(default=None, metadata=USER_ONLY)
    """GPUs that the server may use, written as in `CUDA_VISIBLE_DEVICES`. Without a value the engine
    chooses."""
    flags: tuple[str, ...] = field(default=(), metadata=USER_ONLY)
    """Further flags for `vllm serve` or `llama-server`, whichever serves the model."""
    idle_minutes: float = field(default=30.0, metadata=USER_ONLY)
    """Minutes without a request after which the server ends."""


@dataclass(frozen=True)
class ModelSettings:
    """The language model, behind an OpenAI-compatible server.

    If neither `name` nor `base_url` is set, a model takes part only if a server that `reloc-lsp model` started is
    running. If one of the two is set, the other is found: the server's first model, or the server on this machine.
    """

    name: str | None = field(default=None, metadata=USER_ONLY)
    """Name of the language model. Without one: the first model of the server, or no model if there is no server."""
    base_url: str | None = field(default=None, metadata=USER_ONLY)
    """Base URL of an OpenAI-compatible model server, such as `http://127.0.0.1:8000/v1`."""
    key_variable: str = field(default="RELOC_API_KEY", metadata=USER_ONLY)
    """Name of the environment variable that holds the API key of the model server."""
    temperature: float = field(default=0.2, metadata=USER_ONLY)
    """Sampling temperature."""
    top_p: float = field(default=0.95, metadata=USER_ONLY)
    """Nucleus sampling: the probability mass from which tokens are drawn, between 0 and 1."""
    context_tokens: int = field(default=16384, metadata=USER_ONLY)
    """Tokens that a prompt and its reply may have together."""
    reply_tokens: int = field(default=4096, metadata=USER_ONLY)
    """Tokens that one reply may have."""
    in_flight: int = field(default=16, metadata=USER_ONLY)
    """Requests that may be under way at the same time."""
    shares_processors: bool | None = field(default=None, metadata=USER_ONLY)
    """Whether the model computes on the processors of this machine, so that the search leaves it some. Without a value:
    if its server is at a loopback address and this machine has no GPU. Say `false` for a tunnel to another machine."""
    fim: Fim = field(default="auto", metadata=USER_ONLY)
    """How the model is asked to fill gaps in code. `auto`: by the fill-in-the-middle tokens of the model's family,
    which its name shows, or by `/infill` of llama.cpp. The name of a family: by its tokens. `infill`: by `/infill`
    alone. `suffix`: by the parameter `suffix` of `/completions`. `off`: never."""
    prompts: str | None = field(default=None, metadata=USER_ONLY)
    """Folder with templates of your own for the prompts, in the place of those that are shipped."""
    first_token_timeout: float = field(default=180.0, metadata={**USER_ONLY, "former_name": "patience"})
    """Seconds to wait for the first token of a reply."""
    prompt_price: float | None = field(default=None, metadata=USER_ONLY)
    """Price of a million prompt tokens, in any currency. Costs are shown if prompts and replies have a price."""
    cached_price: float | None = field(default=None, metadata=USER_ONLY)
    """Price of a million prompt tokens that the server has in its cache. Without one: that of other prompt tokens."""
    reply_price: float | None = field(default=None, metadata=USER_ONLY)
    """Price of a million reply tokens."""
    local: LocalModelSettings = field(default_factory=LocalModelSettings, metadata=USER_ONLY)

    def price(self, prompt_tokens: int, cached_tokens: int, reply_tokens: int) -> float | None:
        """What these tokens cost, or `None` without prices. `cached_tokens` are part of `prompt_tokens`."""
        if self.prompt_price is None or self.reply_price is None:
            return None
        cached_price = self.prompt_price if self.cached_price is None else self.cached_price
        uncached_tokens = prompt_tokens - cached_tokens
        total = uncached_tokens * self.prompt_price + cached_tokens * cached_price + reply_tokens * self.reply_price
        return total / 1e6

    @property
    def chosen(self) -> bool:
        """Whether the settings ask for a model."""
        return self.name is not None or self.base_url is not None


@dataclass(frozen=True)
class TextRewardSettings:
    """The text reward model, which scores versions by their source text. It is off without a model and a server."""

    model: str | None = field(default=None, metadata=USER_ONLY)
    """The reward model that scores versions by their source text: a folder, or a name on the Hugging Face hub; with a
    base URL the name on that server, whose first model is taken without one."""
    base_url: str | None = field(default=None, metadata=USER_ONLY)
    """Base URL of a vLLM server of the reward model, such as `http://127.0.0.1:8000`. Without one the model is loaded
    in the process of ReLoc LSP."""
    key_variable: str = field(default="RELOC_REWARD_API_KEY", metadata=USER_ONLY)
    """Name of the environment variable that holds the API key of the reward server."""


@dataclass(frozen=True)
class RewardSettings:
    """What ranks versions that pass the same tests."""

    evidence: str = "shipped"
    """The small reward that orders rewrites by their features: `shipped`, `off`, or a file written by
    `reloc-lsp reward train-evidence` (a relative path starts at the workspace)."""
    text: TextRewardSettings = field(default_factory=TextRewardSettings, metadata=USER_ONLY)


@dataclass(frozen=True)
class EvaluationSettings:
    """How the workspace's tests evaluate candidates."""

    interpreter: str | None = field(default=None, metadata=USER_ONLY)
    """The Python that runs the tests. Without one: the workspace's own environment, else the active one, else the
    Python of ReLoc LSP."""
    tests: tuple[str, ...] = ()
    """pytest node ids or paths of the tests to satisfy. Without any: the tests that cover the function."""
    workers: int = 0
    """Tests that run at the same time; 0 means one for each CPU core."""
    environment: tuple[str, ...] = field(default=(), metadata=USER_ONLY)
    """Names of environment variables that the tests may see, in addition to the usual harmless ones."""
    withhold: tuple[str, ...] = field(default=(), metadata=USER_ONLY)
    """Patterns of files that neither tests nor candidates can read, in addition to those that look like secrets:
    `.env`, private keys, credentials, `.git`. A pattern that begins with `!` shows such files to the tests again:
    `!tests/certs`, or `!/opt/data` for a path outside of the workspace."""
    sandbox: Literal["auto", "full", "none"] = field(default="auto", metadata=USER_ONLY)
    """`auto`: the strongest sandbox that this machine allows; `full`: run nothing without the full sandbox; `none`: no
    sandbox."""


@dataclass(frozen=True)
class ReviewSettings:
    """Which revisions may be proposed to the user."""

    powers: Literal["show", "refuse"] = field(default="show", metadata=USER_ONLY)
    """What becomes of a revision that can do what the function could not, such as write files or run programs. `show`:
    its proposal names these powers; `refuse`: it is not proposed, and the search goes on."""
    allowed_powers: tuple[PowerKind, ...] = field(default=(), metadata=USER_ONLY)
    """Kinds of powers that `refuse` lets pass."""
    inside: Literal["show", "refuse"] = field(default="show", metadata=USER_ONLY)
    """What becomes of a model's revision that some tests can judge only from inside, in the process that holds them.
    `show`: its proposal names these tests; `refuse`: they confirm nothing, so the revision is not proposed."""
    allow: tuple[str, ...] = field(default=(), metadata=USER_ONLY)
    """Words that the safety lint lets a model's code use although the file does not, such as `os.path.exists` or
    `.read_text`: as the note about refused revisions names them."""

    @property
    def refused_powers(self) -> tuple[PowerKind, ...]:
        """The kinds of powers with which no revision is proposed."""
        return tuple(kind for kind in POWER_KINDS if self.powers == "refuse" and kind not in self.allowed_powers)


@dataclass(frozen=True)
class EditorSettings:
    """What an editor shows and does without a command of the user."""

    on_save: Literal["off", "notify", "propose"] = field(default="off", metadata=USER_ONLY)
    """What a save does. `notify` runs the tests of the changed functions and marks functions that fail; `propose` also
    searches for revisions. A save never applies a revision."""
    on_save_seconds: float = field(default=10.0, metadata=USER_ONLY)
    """Seconds that a search after a save may take."""
    code_lens: bool = False
    """Show above each function how many of its tests pass, where this is known."""
    trusted: bool = field(default=True, metadata=USER_ONLY)
    """Whether the code of the workspace may be run."""
    log_level: Literal["debug", "info", "warning", "error"] | None = field(default=None, metadata=USER_ONLY)
    """Level of the server's log. Without one the log keeps the level that the server was started with."""


@dataclass(frozen=True)
class Settings:
    """Everything a user can choose."""

    budget: Budget = field(default_factory=Budget)
    search: SearchSettings = field(default_factory=SearchSettings)
    model: ModelSettings = field(default_factory=ModelSettings)
    reward: RewardSettings = field(default_factory=RewardSettings)
    evaluation: EvaluationSettings = field(default_factory=EvaluationSettings)
    review: ReviewSettings = field(default_factory=ReviewSettings)
    editor: EditorSettings = field(default_factory=EditorSettings)
