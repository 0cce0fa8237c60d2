"""The forms in which servers can be asked to fill a gap."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from reloc_lsp.inference.answers.log_probabilities import TOP_TOKENS
from reloc_lsp.inference.infilling.fim_tokens import ALL_LEAKS, FAMILIES, FimFamily, family_of
from reloc_lsp.inference.model_list import ListedModel
from reloc_lsp.inference.prompt import Prompt, byte_length
from reloc_lsp.search.interfaces.language_model import Gap
from reloc_lsp.search.token_estimate import FRAME_TOKENS, estimate_tokens

OLLAMA = "library"
"""The owner of models in the list of an Ollama server."""


@dataclass(frozen=True, slots=True)
class InfillForm:
    """A path that fills gaps, and how a gap is written there; `name` is the form in messages, as in "it can ..."."""

    name: str
    path: str
    content: Callable[[Gap], Mapping[str, Any]]
    leaks: tuple[str, ...]

    def prompt(self, gap: Gap, stop: Sequence[str], *, trial: bool = False) -> Prompt:
        """The prompt that asks for a text for `gap`, which ends before the texts in `stop`."""
        content = {**self.content(gap), **({"stop": list(stop)} if stop else {})}
        text, ends = gap.prefix + gap.suffix + gap.start, (*stop, *self.leaks)
        estimate, most = estimate_tokens(text) + FRAME_TOKENS, byte_length(text) + FRAME_TOKENS
        return Prompt(self.path, content, estimate, most, ends, trial, self.name)


def tokens_form(family: FimFamily) -> InfillForm:
    """A text completion whose prompt has the tokens of `family`: vLLM, llama.cpp, LM Studio."""

    def content(gap: Gap) -> dict[str, Any]:
        return {"prompt": family.prompt(gap), "logprobs": TOP_TOKENS}

    return InfillForm(
        f"fill gaps by /completions and the tokens of {family.name}", "/completions", content, family.leaks
    )


def suffix_form() -> InfillForm:
    """A text completion with the parameter `suffix`: Ollama, which writes the tokens of the model, and DeepSeek."""

    def content(gap: Gap) -> dict[str, Any]:
        return {"prompt": gap.prefix + gap.start, "suffix": gap.suffix, "logprobs": TOP_TOKENS}

    return InfillForm("fill gaps by /completions and a suffix", "/completions", content, ALL_LEAKS)


def llama_cpp_form(base_url: str) -> InfillForm:
    """`/infill` of llama.cpp, at the root of the server, which reads the tokens from the file of the model."""
    parts = urlsplit(base_url)

    def content(gap: Gap) -> dict[str, Any]:
        # The server writes `prompt` behind the token after which the model fills the gap.
        sides = {"input_prefix": gap.prefix, "input_suffix": gap.suffix}
        return {**sides, **({"prompt": gap.start} if gap.start else {}), "n_probs": TOP_TOKENS}

    return InfillForm("fill gaps by /infill", f"{parts.scheme}://{parts.netloc}/infill", content, ALL_LEAKS)


def infill_forms(choice: str, model: ListedModel, base_url: str) -> tuple[InfillForm, ...]:
    """The forms to try for a model, in this order; `choice` is the setting `model.fim`.

    Ollama puts the prompt of a text completion into a chat template, so tokens in it mark nothing there.
    """
    if choice == "off":
        return ()
    if choice == "suffix" or (choice == "auto" and model.owner == OLLAMA):
        return (suffix_form(),)
    if choice not in ("auto", "infill"):
        return (tokens_form(next(family for family in FAMILIES if family.name == choice)),)
    family = family_of((model.name, model.root)) if choice == "auto" else None
    return (*([tokens_form(family)] if family else []), llama_cpp_form(base_url))
