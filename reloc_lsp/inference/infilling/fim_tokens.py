"""The tokens with which each family of models marks a gap ("fill in the middle"), and the names of its models."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from reloc_lsp.search.interfaces.language_model import Gap


@dataclass(frozen=True, slots=True)
class FimFamily:
    """Models with the same fill-in-the-middle tokens.

    `models` finds their names in lower case. `template` is the text of the prompt. `leaks` begin the special tokens of
    the family, which are no part of a filling.
    """

    name: str
    models: str
    template: str
    leaks: tuple[str, ...]

    def prompt(self, gap: Gap) -> str:
        """The text that asks for what is between the two sides of `gap`."""
        return self.template.format(prefix=gap.prefix, suffix=gap.suffix) + gap.start


FAMILIES = (
    # https://github.com/QwenLM/Qwen2.5-Coder, "File-Level Code Completion (Fill in the middle)".
    FimFamily(
        "qwen",
        r"qwen.*coder|codeqwen",
        "<|fim_prefix|>{prefix}<|fim_suffix|>{suffix}<|fim_middle|>",
        ("<|",),
    ),
    # https://ai.google.dev/gemma/docs/codegemma/prompt-structure
    FimFamily(
        "codegemma",
        r"codegemma",
        "<|fim_prefix|>{prefix}<|fim_suffix|>{suffix}<|fim_middle|>",
        ("<|", "<eos>"),
    ),
    # https://github.com/deepseek-ai/DeepSeek-Coder, "Code Insertion".
    FimFamily(
        "deepseek",
        r"deepseek[-_ ]?coder",
        "<｜fim▁begin｜>{prefix}<｜fim▁hole｜>{suffix}<｜fim▁end｜>",  # noqa: RUF001
        ("<｜", "<|EOT|>"),  # noqa: RUF001
    ),
    # `encode_fim` of mistral-common. Mamba Codestral does not fill gaps:
    # https://huggingface.co/mistralai/Mamba-Codestral-7B-v0.1/discussions/2
    FimFamily(
        "codestral",
        r"(?<!mamba-)codestral",
        "[SUFFIX]{suffix}[PREFIX]{prefix}",
        ("[SUFFIX]", "[PREFIX]", "[MIDDLE]", "</s>"),
    ),
    # `CodeLlamaTokenizer` of transformers, and the vocabulary of llama.cpp (`llama-vocab.cpp`). Meta's variants for
    # Python do not fill gaps: section 2.3 of https://arxiv.org/abs/2308.12950
    FimFamily(
        "codellama",
        r"code-?llama(?!.*python)",
        "▁<PRE>{prefix}▁<SUF>{suffix}▁<MID>",
        ("<EOT>", "▁<EOT>", "<PRE>", "<SUF>", "<MID>", "</s>"),
    ),
    # https://huggingface.co/bigcode/santacoder, `special_tokens_map.json`: with hyphens.
    FimFamily(
        "santacoder",
        r"santacoder",
        "<fim-prefix>{prefix}<fim-suffix>{suffix}<fim-middle>",
        ("<fim-", "<|endoftext|>"),
    ),
    # https://huggingface.co/bigcode/starcoder; Stable Code: https://huggingface.co/stabilityai/stable-code-3b; Granite
    # Code: `llama-vocab.cpp` of llama.cpp, and the stop tokens of granite-code on ollama.com.
    FimFamily(
        "starcoder",
        r"star-?coder|stable-?code|granite.*code",
        "<fim_prefix>{prefix}<fim_suffix>{suffix}<fim_middle>",
        ("<fim_", "<|endoftext|>", "<file_sep>", "<repo_name>"),
    ),
)
"""Each row has the source of its tokens above it. The first row whose `models` fits a name counts."""

ALL_LEAKS = tuple(sorted({leak for family in FAMILIES for leak in family.leaks}))
"""The special tokens of all families, for a server that knows by itself which are right."""


def family_of(names: Iterable[str]) -> FimFamily | None:
    """The family of a model that has these `names`, or `None` if none of them shows it."""
    lower = [name.lower() for name in names]
    return next((family for family in FAMILIES if any(re.search(family.models, name) for name in lower)), None)
