"""The fill-in-the-middle tokens of a model, known by its names."""

from __future__ import annotations

from typing import get_args

import pytest

from reloc_lsp.inference.infilling.fim_tokens import FAMILIES, family_of
from reloc_lsp.search.interfaces.language_model import Gap
from reloc_lsp.settings.schema import Fim


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("Qwen/Qwen2.5-Coder-7B-Instruct", "qwen"),
        ("Qwen3-Coder-30B-A3B-Instruct-Q4_K_M.gguf", "qwen"),
        ("CodeQwen1.5-7B", "qwen"),
        ("google/codegemma-7b", "codegemma"),
        ("deepseek-coder:6.7b", "deepseek"),
        ("mistralai/Codestral-22B-v0.1", "codestral"),
        ("codellama/CodeLlama-7b-hf", "codellama"),
        ("bigcode/santacoder", "santacoder"),
        ("bigcode/starcoder2-3b", "starcoder"),
        ("stable-code:3b", "starcoder"),
        ("ibm-granite/granite-8b-code-base", "starcoder"),
        ("Qwen/Qwen2.5-7B-Instruct", None),
        ("mistralai/Mamba-Codestral-7B-v0.1", None),
        ("codellama/CodeLlama-7b-Python-hf", None),
        ("gpt-4o", None),
    ],
)
def test_the_name_of_a_model_shows_its_family(name: str, family: str | None) -> None:
    found = family_of(("served", name))
    assert (found.name if found else None) == family


def test_the_setting_offers_every_family() -> None:
    assert set(get_args(Fim)) == {"auto", "off", "suffix", "infill"} | {family.name for family in FAMILIES}


def test_braces_in_code_are_code() -> None:
    for family in FAMILIES:
        prompt = family.prompt(Gap("{prefix} {0}", "{suffix} }{"))
        assert prompt.count("{prefix} {0}") == prompt.count("{suffix} }{") == 1
