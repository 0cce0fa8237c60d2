"""Writes a chat model with 0.2 million random weights into a folder. Its answers are noise.

    python tiny_model.py FOLDER         (needs torch, transformers and tokenizers)

It serves to test the communication with a real server: requests, replies and token counts.
"""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]


def tokenizer() -> PreTrainedTokenizerFast:
    """A byte-pair tokenizer, trained on Python code."""
    pairs = Tokenizer(models.BPE())
    pairs.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    pairs.decoder = decoders.ByteLevel()
    code = sorted(map(str, Path(sysconfig.get_path("stdlib")).glob("*.py")))[:120]
    letters = pre_tokenizers.ByteLevel.alphabet()
    pairs.train(code, trainers.BpeTrainer(vocab_size=4096, special_tokens=SPECIAL, initial_alphabet=letters))
    fast = PreTrainedTokenizerFast(tokenizer_object=pairs, eos_token="<|im_end|>", pad_token="<|endoftext|>")
    fast.chat_template = TEMPLATE
    return fast


def write(folder: str) -> None:
    """Write model and tokenizer in the format that vLLM loads."""
    torch.manual_seed(0)
    trained = tokenizer()
    shape = Qwen2Config(
        vocab_size=len(trained), hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=2, max_position_embeddings=8192, tie_word_embeddings=False,
        eos_token_id=trained.eos_token_id, pad_token_id=trained.pad_token_id,
    )  # fmt: skip
    Qwen2ForCausalLM(shape).to(torch.bfloat16).save_pretrained(folder)
    trained.save_pretrained(folder)


if __name__ == "__main__":
    write(sys.argv[1])
