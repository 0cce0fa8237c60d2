"""How a reward model is trained."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Training:
    """Hyper-parameters; the defaults are the authors' (their released code), who began with Qwen2.5-Coder-7B-Instruct.

    `batch` pairs make a step, over all GPUs, of which `at_once` are on a GPU at the same time. `warmup` is a share of
    all steps. With a `lora_rank` above 0 only adapters of that rank and the head are trained. `steps` ends training
    early, and shortens the schedule accordingly; `save_every` is how many lie between two checkpoints. With `unsolved`
    the pairs that an n-gram scorer solves are left out.
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
    "paper": Training(),
    # The usual rates for adapters and for small models are higher: so few weights move little otherwise.
    "lora": Training(learning_rate=1e-4, lora_rank=16),
    "small": Training(epochs=3.0, learning_rate=5e-5, max_length=1024),
}
"""`paper` for a large model whole, `lora` for a large model on one GPU, `small` for a model of some hundred million."""
