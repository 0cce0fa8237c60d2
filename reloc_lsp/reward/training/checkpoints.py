"""Loading a reward model through transformers: a sequence classifier with one label, from a folder or the hub."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

from reloc_lsp.reward.errors import RewardError, need

PACKAGES = {"torch": "running models", "transformers": "loading models"}


def load(name: str) -> tuple[Any, Any]:
    """The model, ready for scoring on the best device there is, and its tokenizer; raises `RewardError`."""
    need(PACKAGES)
    quiet()
    import torch
    from transformers import AutoModelForSequenceClassification

    config = config_of(name)
    kind = next((kind for kind in config.architectures or () if kind.endswith("ForSequenceClassification")), None)
    if kind is None:
        what = ", ".join(config.architectures or ("no architecture",))
        raise RewardError(
            f"{name} is no reward model: it has {what}, and a sequence classifier with one label is needed. "
            "Train one from it with: reloc-lsp reward train --base " + name
        )
    if config.num_labels != 1:
        raise RewardError(f"{name} is no reward model: it has {config.num_labels} labels, and one is needed.")
    where = device()
    words = tokenizer(name)
    config.pad_token_id = words.pad_token_id
    with in_words(name):
        model = AutoModelForSequenceClassification.from_pretrained(
            name, config=config, dtype=torch.float32 if where == "cpu" else "auto"
        )
    return model.to(where).eval(), words


def config_of(name: str) -> Any:
    """What a model is, before its weights are loaded; raises `RewardError` where there is none of the name."""
    from transformers import AutoConfig

    with in_words(name):
        return AutoConfig.from_pretrained(name)


def tokenizer(name: str) -> Any:
    """A model's tokenizer, which keeps the end of what is too long and can pad; raises `RewardError`."""
    from transformers import AutoTokenizer

    with in_words(name):
        words = AutoTokenizer.from_pretrained(name, truncation_side="left", padding_side="right")
    if words.pad_token is None:
        words.pad_token = words.eos_token
    if words.pad_token is None:
        raise RewardError(f"The tokenizer of {name} has neither a padding nor an end token: texts cannot be batched.")
    return words


def longest(config: Any, words: Any) -> int:
    """Tokens that the model can read."""
    positions = getattr(config.get_text_config(), "max_position_embeddings", None) or 2048
    return int(min(positions, words.model_max_length))


def device() -> str:
    """`cuda`, `mps` or `cpu`."""
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def quiet() -> None:
    """Neither bars nor warnings of libraries: progress and errors are told in our own words."""
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()


@contextlib.contextmanager
def in_words(name: str) -> Iterator[None]:
    """What transformers raises for a model that cannot be had, as a `RewardError`."""
    if name.startswith((".", "/", "~")) and not os.path.isdir(name):
        raise RewardError(f"There is no folder {name} to load a model from.")
    try:
        yield
    except (OSError, ValueError, KeyError) as error:
        said = str(error).strip().partition("\n")[0] or type(error).__name__
        raise RewardError(
            f"The model {name} cannot be loaded: name a folder that holds one, or a model of the Hugging Face hub. "
            f"What was said: {said}"
        ) from error


@contextlib.contextmanager
def in_memory() -> Iterator[None]:
    """What torch raises where memory is too small, and for other troubles of a device, as a `RewardError`."""
    import torch

    try:
        yield
    except torch.OutOfMemoryError as error:
        raise RewardError(
            "The memory of the GPU is too small. Take a smaller model, or train with a smaller --at-once or "
            "--max-length, or with --lora-rank 16."
        ) from error
    except RuntimeError as error:
        raise RewardError(f"The model cannot be run here: {str(error).partition(chr(10))[0]}") from error
