"""A reward model in this process, run by transformers."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import Any

from reloc_lsp.reward.errors import require_packages
from reloc_lsp.reward.training.checkpoints import PACKAGES, device_errors, load, max_tokens

BATCH_TOKENS = 16_384
"""Tokens in one batch, padding included: what a workstation's GPU holds for a model of 7 billion weights.

Chosen by hand."""


class TransformersScorer:
    """Scores texts with the model in a folder or on the Hugging Face hub. It is loaded when it is first used.

    Several threads may use it; they wait for each other.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._loaded: tuple[Any, Any] | None = None
        self._lock = threading.Lock()

    def score(self, texts: Sequence[str]) -> list[float]:
        """The model's logit for each text; raises `RewardError`."""
        require_packages(PACKAGES)
        import torch

        with self._lock, device_errors(), torch.inference_mode():
            self._loaded = self._loaded or load(self.name)
            model, tokenizer = self._loaded
            length = max_tokens(model.config, tokenizer)
            ids = tokenizer(list(texts), truncation=True, max_length=length)["input_ids"]
            scores = [0.0] * len(ids)
            for batch in _batches([len(row) for row in ids]):
                inputs = tokenizer.pad({"input_ids": [ids[index] for index in batch]}, return_tensors="pt")
                logits = model(**inputs.to(model.device)).logits.squeeze(-1).float().tolist()
                for index, logit in zip(batch, logits, strict=True):
                    scores[index] = logit
            return scores


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Indices of texts of similar length, as many in a batch as `BATCH_TOKENS` allows."""
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lambda index: lengths[index]):
        if batch and lengths[index] * (len(batch) + 1) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch
