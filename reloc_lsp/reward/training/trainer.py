"""Trains a reward model with TRL's RewardTrainer: pairwise logistic loss (Bradley-Terry), as in ReLoc section 3.3.

On several GPUs: `accelerate launch -m reloc_lsp reward train ...`. ZeRO-2, which the paper's authors use, is configured
in accelerate.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reloc_lsp.reward.errors import RewardError, require_packages
from reloc_lsp.reward.prompt_format import prompt_text
from reloc_lsp.reward.training.checkpoints import (
    PACKAGES,
    config_of,
    device,
    device_errors,
    load_tokenizer,
    loading_errors,
    max_tokens,
    silence_libraries,
)
from reloc_lsp.reward.training.preference import Preference
from reloc_lsp.reward.training.presets import TrainingOptions
from reloc_lsp.reward.training.resuming import CHECKPOINTS, last_checkpoint, record_of

NEEDED = {**PACKAGES, "trl": "training", "datasets": "training", "accelerate": "training", "peft": "LoRA"}


@dataclass(frozen=True)
class Step:
    """One step of training: its number, the number of all steps, and loss and accuracy on the pairs of the step."""

    step: int
    steps: int
    loss: float
    accuracy: float


StepCallback = Callable[[Step], bool]
"""Receives each step. Training stops after it, and can be resumed, if the answer is false."""


@dataclass(frozen=True)
class TrainingResult:
    """Whether training is complete, its steps, and how many pairs were left out because they are too long."""

    complete: bool
    steps: tuple[Step, ...]
    too_long: int


def train(
    preferences: Sequence[Preference],
    base: str,
    out: Path,
    how: TrainingOptions,
    on_step: StepCallback,
    *,
    resume: bool = False,
) -> TrainingResult:
    """Train the model `base` on the preferences of the train split, and write the result to the folder `out`.

    With `resume` training goes on from the last checkpoint in `out`, and ends with the same weights as training without
    an interruption. Raises `RewardError`.
    """
    require_packages(NEEDED)
    silence_libraries()
    import datasets
    from trl import RewardTrainer

    _check_gpus()
    datasets.disable_progress_bars()
    config = config_of(base)
    tokenizer = load_tokenizer(base)
    chosen = [p for p in preferences if p.split == "train" and not (how.unsolved and p.ngrams_solve)]
    rows = _rows(chosen, tokenizer, min(how.max_length, max_tokens(config, tokenizer)))
    if not rows:
        raise RewardError("There is nothing to train on: no pair of the train split is short enough for the model.")
    last = last_checkpoint(out, record_of(rows, base, how), resume)
    callback = _trainer_callback(on_step)
    with loading_errors(base):
        trainer = RewardTrainer(
            model=base,
            args=_arguments(out, how),
            train_dataset=datasets.Dataset.from_list(rows),
            processing_class=tokenizer,
            peft_config=_adapters(how) if how.lora_rank else None,
            callbacks=[callback],
        )
    _silence(trainer)
    with device_errors():
        trainer.train(resume_from_checkpoint=last)
    complete = not callback.stopped
    if complete:
        _save(trainer, out, tokenizer, how)
    return TrainingResult(complete, tuple(callback.steps), len(chosen) - len(rows))


def _check_gpus() -> None:
    """Raise `RewardError` for several GPUs without accelerate, which would start one process for each."""
    import torch

    if torch.cuda.device_count() > 1 and "WORLD_SIZE" not in os.environ:
        raise RewardError(
            "There are several GPUs. Use them all with accelerate launch -m reloc_lsp reward train ..., or one of them "
            "with CUDA_VISIBLE_DEVICES=0."
        )


def _rows(chosen: Sequence[Preference], tokenizer: Any, limit: int) -> list[dict[str, list[int]]]:
    """The token ids of each pair; pairs with a text of more than `limit` tokens are left out."""
    texts = [prompt_text(p.file, p.qualname, source) for p in chosen for source in (p.better, p.worse)]
    ids = tokenizer(texts)["input_ids"] if texts else []
    pairs = zip(ids[::2], ids[1::2], strict=True)
    return [{"chosen_ids": one, "rejected_ids": two} for one, two in pairs if max(len(one), len(two)) <= limit]


def _arguments(out: Path, how: TrainingOptions) -> Any:
    import torch
    from accelerate import PartialState
    from trl import RewardConfig

    target = device()
    at_once = max(1, min(how.at_once, how.batch))
    pairs_at_once = at_once * PartialState(cpu=target == "cpu").num_processes
    return RewardConfig(
        output_dir=str(out / CHECKPOINTS),
        num_train_epochs=how.epochs,
        max_steps=how.steps,
        learning_rate=how.learning_rate,
        lr_scheduler_type=how.schedule,
        warmup_steps=how.warmup,
        per_device_train_batch_size=at_once,
        gradient_accumulation_steps=max(1, how.batch // pairs_at_once),
        max_length=None,
        use_cpu=target == "cpu",
        dataloader_pin_memory=target == "cuda",
        bf16=target == "cuda" and torch.cuda.is_bf16_supported(),
        gradient_checkpointing=target == "cuda",
        seed=how.seed,
        save_strategy="steps",
        save_steps=how.save_every,
        save_total_limit=2,
        logging_steps=1,
        disable_tqdm=True,
        ddp_find_unused_parameters=False,
        report_to="none",
    )


def _adapters(how: TrainingOptions) -> Any:
    from peft import LoraConfig, TaskType

    return LoraConfig(
        task_type=TaskType.SEQ_CLS, r=how.lora_rank, lora_alpha=2 * how.lora_rank, target_modules="all-linear"
    )


def _trainer_callback(on_step: StepCallback) -> Any:
    """A callback of the trainer that passes each step to `on_step`."""
    from transformers import TrainerCallback

    class ReportSteps(TrainerCallback):  # type: ignore[misc]
        stopped = False

        def __init__(self) -> None:
            self.steps: list[Step] = []

        def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float] | None = None, **_: Any) -> None:
            if logs and "loss" in logs and "accuracy" in logs:
                step = Step(state.global_step, state.max_steps, logs["loss"], logs["accuracy"])
                self.steps.append(step)
                if not on_step(step) and step.step < step.steps:
                    self.stopped = control.should_training_stop = control.should_save = True

    return ReportSteps()


def _silence(trainer: Any) -> None:
    """Remove the callback that prints logs; the command line shows progress itself."""
    from transformers import PrinterCallback

    trainer.remove_callback(PrinterCallback)


def _save(trainer: Any, out: Path, tokenizer: Any, how: TrainingOptions) -> None:
    """Save the whole model in `out`, with adapters merged so that any server can load it, and the adapters apart."""
    if not how.lora_rank:
        trainer.save_model(str(out))
    else:
        trainer.save_model(str(out / "adapter"))
        if trainer.is_world_process_zero():
            merged = trainer.accelerator.unwrap_model(trainer.model).merge_and_unload()
            merged.save_pretrained(str(out))
    if trainer.is_world_process_zero():
        tokenizer.save_pretrained(str(out))
