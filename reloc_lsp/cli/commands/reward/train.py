"""`reloc-lsp reward train`: trains a reward model on preferences."""

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

from reloc_lsp.cli.commands.reward.progress_line import progress_line
from reloc_lsp.cli.errors import CallError
from reloc_lsp.cli.flag_types import whole_number
from reloc_lsp.cli.printing import warn
from reloc_lsp.cli.target_parsing import current_folder
from reloc_lsp.reward.training.presets import PRESETS, TrainingOptions

STOPPED = "Stopped. A checkpoint was written: to go on, repeat the call with --resume."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of `train`."""
    parser.add_argument("data", type=Path, metavar="PAIRS", help="a file that reward pairs wrote")
    parser.add_argument(
        "--base",
        required=True,
        metavar="MODEL",
        help="the model to start from: a folder or a name on the Hugging Face hub",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder for the trained model")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint in DIR")
    parser.add_argument(
        "--preset", choices=PRESETS, default="paper",
        help="paper: all weights, as in the paper; lora: adapters; small: for small models (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument("--epochs", type=_positive, metavar="N", help="passes over the pairs (default: the preset's)")
    parser.add_argument("--learning-rate", type=_positive, metavar="R", help="peak rate (default: the preset's)")
    parser.add_argument("--batch", type=whole_number, metavar="N", help="pairs in a step, over all GPUs")
    parser.add_argument("--at-once", type=whole_number, metavar="N", help="pairs that a GPU processes at a time")
    parser.add_argument(
        "--max-length",
        type=whole_number,
        metavar="N",
        help="the largest number of tokens in a text; pairs with longer texts are left out",
    )
    parser.add_argument(
        "--lora-rank", type=whole_number, metavar="N", help="rank of the adapters; 0: train all weights"
    )
    parser.add_argument("--steps", type=whole_number, metavar="N", help="stop after this number of steps")
    parser.add_argument("--save-every", type=whole_number, metavar="N", help="steps between checkpoints")
    parser.add_argument("--seed", type=whole_number, metavar="N", help="seed of the order of pairs and of new weights")
    parser.add_argument("--unsolved", action="store_true", help="only pairs that an n-gram classifier does not solve")


def run(options: argparse.Namespace) -> int:
    """Train; exit status 0 if the model is complete, 130 if it can be resumed."""
    from reloc_lsp.reward.training.dataset import read
    from reloc_lsp.reward.training.trainer import Step, train
    from reloc_lsp.reward.training.training_plot import write_plot

    here = current_folder()
    out: Path = here / options.out.expanduser()
    how = _chosen(options)
    if how.batch < 1 or how.at_once < 1 or how.save_every < 1 or how.steps == 0:
        raise CallError("--batch, --at-once, --save-every and --steps must be at least 1.")
    preferences = read(here / options.data.expanduser())
    # accelerate starts several processes; only the first one prints.
    first, alone = os.environ.get("RANK", "0") == "0", os.environ.get("WORLD_SIZE", "1") == "1"
    # Several processes must not stop after different steps, so there an interruption ends them at once.
    stopping = _stop_on_interrupt() if alone else nullcontext(_Stop())
    with progress_line("loading the model", shown=first) as report, stopping as stop:

        def on_step(step: Step) -> bool:
            report(f"step {step.step} of {step.steps}: loss {step.loss:.3f}, accuracy {step.accuracy:.0%}")
            return not stop.requested

        result = train(preferences, options.base, out, how, on_step, resume=options.resume)
    if not first:
        return 0
    if result.too_long:
        warn(f"{result.too_long:,} pairs were left out, because they are longer than the model can read.")
    if not result.complete:
        print(STOPPED)
        return 130
    last = result.steps[-1] if result.steps else None
    print(f"{out}: trained" + (f" for {last.steps} steps, loss {last.loss:.3f} at the end." if last else "."))
    page = write_plot(result.steps, out)
    print(page or "The training was not plotted. To plot it, install Plotly: pip install 'reloc-lsp[trace]'")
    return 0


def _chosen(options: argparse.Namespace) -> TrainingOptions:
    """The preset, with the values of the flags that are given."""
    preset = PRESETS[options.preset]
    names = ("epochs", "learning_rate", "batch", "at_once", "max_length", "lora_rank", "steps", "save_every", "seed")
    given: dict[str, Any] = {name: value for name in names if (value := getattr(options, name)) is not None}
    return replace(preset, **given, unsolved=options.unsolved)


class _Stop:
    requested = False


@contextmanager
def _stop_on_interrupt() -> Iterator[_Stop]:
    """Ctrl-C requests a stop after the current step and a checkpoint; a second Ctrl-C ends training at once."""
    stop = _Stop()

    def on_signal(number: int, frame: FrameType | None) -> None:
        stop.requested = True
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, on_signal)
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
