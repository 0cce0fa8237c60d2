"""Loading a reward model through transformers: a sequence classifier with one label, from a folder or the hub."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

from reloc_lsp.reward.errors import RewardError, require_packages

PACKAGES = {"torch": "running models", "transformers": "loading models"}


def load(name: str) -> tuple[Any, Any]:
    """The model, ready for scoring on the best available device, and its tokenizer; raises `RewardError`."""
    require_packages(PACKAGES)
    silence_libraries()
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
    target = device()
    tokenizer = load_tokenizer(name)
    config.pad_token_id = tokenizer.pad_token_id
    with loading_errors(name):
        model = AutoModelForSequenceClassification.from_pretrained(
            name, config=config, dtype=torch.float32 if target == "cpu" else "auto"
        )
    return model.to(target).eval(), tokenizer


def config_of(name: str) -> Any:
    """A model's configuration, without loading its weights; raises `RewardError` if there is no such model."""
    from transformers import AutoConfig

    with loading_errors(name):
        return AutoConfig.from_pretrained(name)


def load_tokenizer(name: str) -> Any:
    """A model's tokenizer, set up to truncate on the left and to pad; raises `RewardError`."""
    from transformers import AutoTokenizer

    with loading_errors(name):
        tokenizer = AutoTokenizer.from_pretrained(name, truncation_side="left", padding_side="right")
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    if tokenizer.pad_token is None:
        raise RewardError(f"The tokenizer of {name} has neither a padding nor an end token: texts cannot be batched.")
    return tokenizer


def max_tokens(config: Any, tokenizer: Any) -> int:
    """The largest number of tokens that the model can read; 2048 if its configuration does not say."""
    positions = getattr(config.get_text_config(), "max_position_embeddings", None) or 2048
    return int(min(positions, tokenizer.model_max_length))


def device() -> str:
    """The best available device: `cuda`, `mps` or `cpu`."""
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def silence_libraries() -> None:
    """Turn off progress bars and warnings of transformers; the command line shows its own."""
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()


@contextlib.contextmanager
def loading_errors(name: str) -> Iterator[None]:
    """Turn the errors of transformers for a model that cannot be loaded into `RewardError`."""
    if name.startswith((".", "/", "~")) and not os.path.isdir(name):
        raise RewardError(f"There is no folder {name} to load a model from.")
    try:
        yield
    except (OSError, ValueError, KeyError) as error:
        message = str(error).strip().partition("\n")[0] or type(error).__name__
        raise RewardError(
            f"The model {name} cannot be loaded: name a folder that holds one, or a model of the Hugging Face hub. "
            f"The error: {message}"
        ) from error


@contextlib.contextmanager
def device_errors() -> Iterator[None]:
    """Turn the errors of torch for too little memory, and other device errors, into `RewardError`."""
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
