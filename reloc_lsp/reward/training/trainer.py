"""Training a reward model: pairwise logistic loss (Bradley-Terry) through TRL's RewardTrainer (ReLoc, section 3.3).

On several GPUs: `accelerate launch -m reloc_lsp reward train ...`; the authors' ZeRO-2 is accelerate's to configure.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from reloc_lsp.reward.errors import RewardError, need
from reloc_lsp.reward.prompt_format import as_text
from reloc_lsp.reward.training.checkpoints import (
    PACKAGES,
    config_of,
    device,
    in_memory,
    in_words,
    longest,
    quiet,
    tokenizer,
)
from reloc_lsp.reward.training.preference import Preference
from reloc_lsp.reward.training.presets import Training

NEEDED = {**PACKAGES, "trl": "training", "datasets": "training", "accelerate": "training", "peft": "LoRA"}
RECORD = "training.json"
CHECKPOINTS = "checkpoints"


@dataclass(frozen=True)
class Step:
    """Where training stands; `loss` and `accuracy` are those since the last step told, on the pairs trained on."""

    step: int
    steps: int
    loss: float
    accuracy: float


Hear = Callable[[Step], bool]
"""Hears of a step; training stops after it, and can be resumed, where the answer is false."""


@dataclass(frozen=True)
class Trained:
    """What came of it: whether it is complete, how it went, and how many pairs were too long to be trained on."""

    complete: bool
    steps: tuple[Step, ...]
    too_long: int


def train(
    preferences: Sequence[Preference], base: str, out: Path, how: Training, hear: Hear, *, resume: bool = False
) -> Trained:
    """Train on the preferences of the train split, beginning with the model `base`; the result is a model in `out`.

    With `resume` it goes on from the last checkpoint in `out`, and ends with the weights that an uninterrupted training
    ends with. Raises `RewardError`.
    """
    need(NEEDED)
    quiet()
    import datasets
    from trl import RewardTrainer

    _of_one_gpu_or_started_by_accelerate()
    datasets.disable_progress_bars()
    config = config_of(base)
    words = tokenizer(base)
    chosen = [p for p in preferences if p.split == "train" and not (how.unsolved and p.ngrams_solve)]
    rows = _rows(chosen, words, min(how.max_length, longest(config, words)))
    if not rows:
        raise RewardError("There is nothing to train on: no pair of the train split is short enough for the model.")
    last = _last_checkpoint(out, _record(rows, base, how), resume)
    heard = _hearing(hear)
    with in_words(base):
        trainer = RewardTrainer(
            model=base,
            args=_arguments(out, how),
            train_dataset=datasets.Dataset.from_list(rows),
            processing_class=words,
            peft_config=_adapters(how) if how.lora_rank else None,
            callbacks=[heard],
        )
    _say_nothing(trainer)
    with in_memory():
        trainer.train(resume_from_checkpoint=last)
    complete = not heard.stopped
    if complete:
        _save(trainer, out, words, how)
    return Trained(complete, tuple(heard.steps), len(chosen) - len(rows))


def _of_one_gpu_or_started_by_accelerate() -> None:
    import torch

    if torch.cuda.device_count() > 1 and "WORLD_SIZE" not in os.environ:
        raise RewardError(
            "There are several GPUs. Use them all with accelerate launch -m reloc_lsp reward train ..., or one of them "
            "with CUDA_VISIBLE_DEVICES=0."
        )


def _rows(chosen: Sequence[Preference], words: Any, most: int) -> list[dict[str, list[int]]]:
    """The tokens of each pair, too long ones left out."""
    texts = [as_text(p.file, p.qualname, source) for p in chosen for source in (p.better, p.worse)]
    ids = words(texts)["input_ids"] if texts else []
    pairs = zip(ids[::2], ids[1::2], strict=True)
    return [{"chosen_ids": one, "rejected_ids": two} for one, two in pairs if max(len(one), len(two)) <= most]


def _record(rows: Sequence[dict[str, list[int]]], base: str, how: Training) -> dict[str, Any]:
    """What must be the same for a training to be resumed."""
    data = hashlib.sha256(json.dumps(rows).encode()).hexdigest()
    return {"base": base, "data": data, **asdict(how)}


def _last_checkpoint(out: Path, record: dict[str, Any], resume: bool) -> str | None:
    """The checkpoint to go on from; writes down what is trained where there is none."""
    folder = out / CHECKPOINTS
    # The state is written last: a checkpoint without one was cut off.
    complete = [state.parent for state in folder.glob("checkpoint-*/trainer_state.json")]
    last = max(complete, key=lambda checkpoint: int(checkpoint.name.rpartition("-")[2]), default=None)
    try:
        if last is None:
            folder.mkdir(parents=True, exist_ok=True)
            (out / RECORD).write_text(json.dumps(record, indent=1), "utf-8")
            return None
        before = json.loads((out / RECORD).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise RewardError(f"{out} cannot be used ({error}). Name another folder with --out.") from error
    if not resume:
        raise RewardError(f"{out} holds a training: go on with it with --resume, or name another folder with --out.")
    other = sorted(name for name in record if record[name] != before.get(name))
    if other:
        raise RewardError(f"{out} holds a training with another {', '.join(other)}: name another folder with --out.")
    return str(last)


def _arguments(out: Path, how: Training) -> Any:
    import torch
    from accelerate import PartialState
    from trl import RewardConfig

    where = device()
    at_once = max(1, min(how.at_once, how.batch))
    together = at_once * PartialState(cpu=where == "cpu").num_processes
    return RewardConfig(
        output_dir=str(out / CHECKPOINTS),
        num_train_epochs=how.epochs,
        max_steps=how.steps,
        learning_rate=how.learning_rate,
        lr_scheduler_type=how.schedule,
        warmup_steps=how.warmup,
        per_device_train_batch_size=at_once,
        gradient_accumulation_steps=max(1, how.batch // together),
        max_length=None,
        use_cpu=where == "cpu",
        dataloader_pin_memory=where == "cuda",
        bf16=where == "cuda" and torch.cuda.is_bf16_supported(),
        gradient_checkpointing=where == "cuda",
        seed=how.seed,
        save_strategy="steps",
        save_steps=how.save_every,
        save_total_limit=2,
        logging_steps=1,
        disable_tqdm=True,
        ddp_find_unused_parameters=False,
        report_to="none",
    )


def _adapters(how: Training) -> Any:
    from peft import LoraConfig, TaskType

    return LoraConfig(
        task_type=TaskType.SEQ_CLS, r=how.lora_rank, lora_alpha=2 * how.lora_rank, target_modules="all-linear"
    )


def _hearing(hear: Hear) -> Any:
    """A callback of the trainer that tells of each step."""
    from transformers import TrainerCallback

    class Hearing(TrainerCallback):  # type: ignore[misc]
        stopped = False

        def __init__(self) -> None:
            self.steps: list[Step] = []

        def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float] | None = None, **_: Any) -> None:
            if logs and "loss" in logs and "accuracy" in logs:
                step = Step(state.global_step, state.max_steps, logs["loss"], logs["accuracy"])
                self.steps.append(step)
                if not hear(step) and step.step < step.steps:
                    self.stopped = control.should_training_stop = control.should_save = True

    return Hearing()


def _say_nothing(trainer: Any) -> None:
    """The trainer prints what it logs; we tell it ourselves."""
    from transformers import PrinterCallback

    trainer.remove_callback(PrinterCallback)


def _save(trainer: Any, out: Path, words: Any, how: Training) -> None:
    """The whole model in `out`, adapters merged into it, so that every server can load it; adapters beside it."""
    if not how.lora_rank:
        trainer.save_model(str(out))
    else:
        trainer.save_model(str(out / "adapter"))
        if trainer.is_world_process_zero():
            whole = trainer.accelerator.unwrap_model(trainer.model).merge_and_unload()
            whole.save_pretrained(str(out))
    if trainer.is_world_process_zero():
        words.save_pretrained(str(out))
