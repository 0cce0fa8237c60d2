"""`reloc-lsp reward train`: a reward model from preferences."""

from __future__ import annotations

import argparse
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

from reloc_lsp.cli.errors import CallError
from reloc_lsp.cli.flag_types import whole_number
from reloc_lsp.cli.reward.progress_line import telling, warn
from reloc_lsp.cli.target_parsing import current_folder
from reloc_lsp.reward.training.presets import PRESETS, Training

GOES_ON = "Stopped. A checkpoint was written: go on with the same call and --resume."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of `train`."""
    parser.add_argument("data", type=Path, metavar="PAIRS", help="what reward pairs wrote")
    parser.add_argument(
        "--base", required=True, metavar="MODEL", help="a folder or a name on the Hugging Face hub to begin with"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the model goes")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint in DIR")
    parser.add_argument(
        "--preset", choices=PRESETS, default="paper",
        help="paper: the authors', all weights; lora: adapters; small: for small models (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument("--epochs", type=_positive, metavar="N")
    parser.add_argument("--learning-rate", type=_positive, metavar="R")
    parser.add_argument("--batch", type=whole_number, metavar="N", help="pairs of a step, over all GPUs")
    parser.add_argument("--at-once", type=whole_number, metavar="N", help="pairs on a GPU at the same time")
    parser.add_argument(
        "--max-length", type=whole_number, metavar="N", help="tokens; pairs with longer texts are left out"
    )
    parser.add_argument("--lora-rank", type=whole_number, metavar="N", help="train adapters only; 0: all weights")
    parser.add_argument("--steps", type=whole_number, metavar="N", help="end after so many steps")
    parser.add_argument("--save-every", type=whole_number, metavar="N", help="steps between two checkpoints")
    parser.add_argument("--seed", type=whole_number, metavar="N")
    parser.add_argument("--unsolved", action="store_true", help="only pairs that an n-gram scorer does not solve")


def run(options: argparse.Namespace) -> int:
    """Train; exit status 0 if the model is complete, 130 if it can be resumed."""
    from reloc_lsp.reward.training.dataset import read
    from reloc_lsp.reward.training.trainer import Step, train
    from reloc_lsp.reward.training.training_plot import draw

    here = current_folder()
    out: Path = here / options.out.expanduser()
    how = _chosen(options)
    if how.batch < 1 or how.at_once < 1 or how.save_every < 1 or how.steps == 0:
        raise CallError("--batch, --at-once, --save-every and --steps must be at least 1.")
    preferences = read(here / options.data.expanduser())
    # Started by accelerate, there are several of us, and one speaks.
    first, alone = os.environ.get("RANK", "0") == "0", os.environ.get("WORLD_SIZE", "1") == "1"
    # Several must not end after different steps: there an interruption ends all, and a checkpoint is older.
    stopping = _stopping() if alone else nullcontext(_Stop())
    with telling("loading the model", shown=first) as tell, stopping as stop:

        def hear(step: Step) -> bool:
            tell(f"step {step.step} of {step.steps}: loss {step.loss:.3f}, accuracy {step.accuracy:.0%}")
            return not stop.asked

        result = train(preferences, options.base, out, how, hear, resume=options.resume)
    if not first:
        return 0
    if result.too_long:
        warn(f"{result.too_long:,} pairs were left out, for they are longer than the model may read.")
    if not result.complete:
        print(GOES_ON)
        return 130
    last = result.steps[-1] if result.steps else None
    print(f"{out}: trained" + (f" for {last.steps} steps, loss {last.loss:.3f} at the end." if last else "."))
    page = draw(result.steps, out)
    print(page or "The curves were not drawn: pip install 'reloc-lsp[trace]' has what draws them.")
    return 0


def _chosen(options: argparse.Namespace) -> Training:
    """The preset, with what the call says otherwise."""
    preset = PRESETS[options.preset]
    names = ("epochs", "learning_rate", "batch", "at_once", "max_length", "lora_rank", "steps", "save_every", "seed")
    said: dict[str, Any] = {name: value for name in names if (value := getattr(options, name)) is not None}
    return replace(preset, **said, unsolved=options.unsolved)


class _Stop:
    asked = False


@contextmanager
def _stopping() -> Iterator[_Stop]:
    """Ctrl-C ends training after its step and a checkpoint; a second one ends it at once."""
    stop = _Stop()

    def hear(number: int, frame: FrameType | None) -> None:
        stop.asked = True
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, hear)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return number
