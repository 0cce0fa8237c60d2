"""Resuming a training: the record of what is trained, and the last complete checkpoint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from reloc_lsp.reward.errors import RewardError
from reloc_lsp.reward.training.presets import TrainingOptions

RECORD = "training.json"
"""The file in the output folder that says what is trained; see `record_of`."""
CHECKPOINTS = "checkpoints"
"""The folder of checkpoints in the output folder."""


def record_of(rows: Sequence[dict[str, list[int]]], base: str, how: TrainingOptions) -> dict[str, Any]:
    """What must be equal when training is resumed."""
    data = hashlib.sha256(json.dumps(rows).encode()).hexdigest()
    return {"base": base, "data": data, **asdict(how)}


def last_checkpoint(out: Path, record: dict[str, Any], resume: bool) -> str | None:
    """The checkpoint to resume from. Without one, write the record of this training and return `None`."""
    folder = out / CHECKPOINTS
    # The state is written last, so a checkpoint without one is incomplete.
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
