"""Writes a model of random weights as llama.cpp loads it: some 200 kB. Its answers are noise.

It serves to test the communication with a real server. Its architecture and its fill-in-the-middle tokens are Qwen's,
its vocabulary has the 256 bytes besides.
"""

from __future__ import annotations

from pathlib import Path

import numpy
from gguf import GGUFWriter, TokenType

SPECIAL = (
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>", "<|fim_pad|>",
)  # fmt: skip
CONTEXT = 2048
_WIDTH, _HEADS, _INNER, _LAYERS = 32, 2, 64, 2
_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def _byte_letters() -> list[str]:
    """The letter that stands for each byte in a byte-level vocabulary, as GPT-2 has it."""
    shown = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    hidden = [byte for byte in range(256) if byte not in shown]
    return [chr(byte) if byte in shown else chr(256 + hidden.index(byte)) for byte in range(256)]


def write_model(path: Path, *, fills_gaps: bool = True) -> None:
    """Write the model to `path`; without the tokens for gaps if it does not fill them."""
    special = SPECIAL if fills_gaps else SPECIAL[:3]
    letters = _byte_letters()
    tokens = [*letters, letters[ord(" ")] * 2, *special]
    writer = GGUFWriter(str(path), "qwen2")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(_WIDTH)
    writer.add_block_count(_LAYERS)
    writer.add_feed_forward_length(_INNER)
    writer.add_head_count(_HEADS)
    writer.add_head_count_kv(_HEADS)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types([TokenType.NORMAL] * 257 + [TokenType.CONTROL] * len(special))
    writer.add_token_merges([f"{letters[ord(' ')]} {letters[ord(' ')]}"])
    writer.add_eos_token_id(tokens.index("<|im_end|>"))
    writer.add_chat_template(_TEMPLATE)
    _add_weights(writer, len(tokens))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_weights(writer: GGUFWriter, vocabulary: int) -> None:
    random = numpy.random.default_rng(0)

    def add(name: str, *shape: int) -> None:
        writer.add_tensor(name, random.normal(0, 0.3, shape).astype(numpy.float32))

    def add_ones(name: str) -> None:
        writer.add_tensor(name, numpy.ones(_WIDTH, numpy.float32))

    add("token_embd.weight", vocabulary, _WIDTH)
    add("output.weight", vocabulary, _WIDTH)
    add_ones("output_norm.weight")
    for layer in range(_LAYERS):
        block = f"blk.{layer}"
        add_ones(f"{block}.attn_norm.weight")
        add_ones(f"{block}.ffn_norm.weight")
        for part in ("q", "k", "v"):
            add(f"{block}.attn_{part}.weight", _WIDTH, _WIDTH)
            add(f"{block}.attn_{part}.bias", _WIDTH)
        add(f"{block}.attn_output.weight", _WIDTH, _WIDTH)
        add(f"{block}.ffn_gate.weight", _INNER, _WIDTH)
        add(f"{block}.ffn_up.weight", _INNER, _WIDTH)
        add(f"{block}.ffn_down.weight", _WIDTH, _INNER)
