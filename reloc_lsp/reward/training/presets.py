"""Hyper-parameters of training a reward model, with named presets."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TrainingOptions:
    """Hyper-parameters. Defaults: those of the paper's released code, which starts from Qwen2.5-Coder-7B-Instruct.

    `batch` is the number of pairs in a step, over all GPUs; `at_once` is how many of them a GPU processes at a time.
    `warmup` is a share of all steps; `max_length` is in tokens. With a `lora_rank` above 0 only adapters of that rank
    and the head are trained. `steps` (-1: no bound) ends training early and shortens the schedule accordingly;
    `save_every` is the number of steps between checkpoints. `unsolved` leaves out pairs that the n-gram classifier
    solves.
    """

    epochs: float = 1.0
    learning_rate: float = 5e-6
    schedule: str = "cosine"
    warmup: float = 0.05
    batch: int = 32
    at_once: int = 4
    max_length: int = 2048
    lora_rank: int = 0
    steps: int = -1
    save_every: int = 200
    seed: int = 0
    unsolved: bool = False


PRESETS = {
    "paper": TrainingOptions(),
    # Adapters and small models usually need higher rates, because they have few weights. Not tuned.
    "lora": TrainingOptions(learning_rate=1e-4, lora_rank=16),
    "small": TrainingOptions(epochs=3.0, learning_rate=5e-5, max_length=1024),
}
"""`paper`: all weights of a large model; `lora`: a large model on one GPU; `small`: some 100 million weights."""
