"""A reward model in this process, through transformers."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import Any

from reloc_lsp.reward.errors import need
from reloc_lsp.reward.training.checkpoints import PACKAGES, in_memory, load, longest

TOKENS_AT_ONCE = 16_384
"""Of a batch, padding included: what a GPU of a workstation holds for a model of 7 billion weights."""


class InProcess:
    """Scores texts with the model of a folder or of the hub, which is loaded when it is first asked.

    May be asked from several threads, which wait for each other.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._loaded: tuple[Any, Any] | None = None
        self._alone = threading.Lock()

    def score(self, texts: Sequence[str]) -> list[float]:
        """The model's logit for each text; raises `RewardError`."""
        need(PACKAGES)
        import torch

        with self._alone, in_memory(), torch.inference_mode():
            self._loaded = self._loaded or load(self.name)
            model, words = self._loaded
            ids = words(list(texts), truncation=True, max_length=longest(model.config, words))["input_ids"]
            scores = [0.0] * len(ids)
            for places in _batches([len(row) for row in ids]):
                batch = words.pad({"input_ids": [ids[place] for place in places]}, return_tensors="pt").to(model.device)
                logits = model(**batch).logits.squeeze(-1).float().tolist()
                for place, logit in zip(places, logits, strict=True):
                    scores[place] = logit
            return scores


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Places of texts of like length, as many together as may be."""
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lambda place: lengths[place]):
        if batch and lengths[place] * (len(batch) + 1) > TOKENS_AT_ONCE:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
