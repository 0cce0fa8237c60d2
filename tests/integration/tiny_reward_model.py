"""Tiny models with random weights and byte tokenizers, which tests train and serve."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM, Qwen2ForSequenceClassification

CONTEXT = 512
"""Context length in tokens: short, so that tests can exceed it."""


def byte_tokenizer() -> PreTrainedTokenizerFast:
    """A tokenizer with a token for each byte."""
    letters = ["<end>", *sorted(pre_tokenizers.ByteLevel.alphabet())]
    bytes_ = Tokenizer(models.BPE({letter: number for number, letter in enumerate(letters)}, []))
    bytes_.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bytes_.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=bytes_, eos_token="<end>", pad_token="<end>")


def write(folder: Path, kind: type[Any], labels: int = 1) -> Path:
    """Write a model of the class `kind` and its tokenizer, like a published checkpoint."""
    torch.manual_seed(0)
    tokenizer = byte_tokenizer()
    shape = Qwen2Config(
        vocab_size=len(tokenizer), hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=2, max_position_embeddings=CONTEXT, tie_word_embeddings=False, num_labels=labels,
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
    kind(shape).to(torch.bfloat16).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def base(folder: Path) -> Path:
    """Write a language model as the starting point of a training."""
    return write(folder, Qwen2ForCausalLM)


def reward_model(folder: Path, labels: int = 1) -> Path:
    """Write a reward model like the paper's published checkpoint: Qwen2 with a sequence classification head."""
    return write(folder, Qwen2ForSequenceClassification, labels)
