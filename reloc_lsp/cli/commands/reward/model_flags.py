"""The flags that choose a reward model; without them the user's settings decide."""

from __future__ import annotations

import argparse

from reloc_lsp.cli.printing import warn
from reloc_lsp.reward.text_reward import Scorer, configured_scorer
from reloc_lsp.settings import Layer, layered, user_layer


def add_model_flags(parser: argparse.ArgumentParser) -> None:
    """Declare the flags that choose a reward model."""
    parser.add_argument(
        "--model", metavar="M", help="a folder, a name on the Hugging Face hub, or a name on the server"
    )
    parser.add_argument(
        "--base-url",
        metavar="U",
        help="a vLLM server that has the model (default: the model is loaded in this process)",
    )


def chosen_scorer(options: argparse.Namespace) -> Scorer | None:
    """The model; `None` if neither flags nor settings name one. Raises `RewardError`."""
    user, complaints = user_layer()
    flags = {"reward": {"text": {"model": options.model, "base_url": options.base_url}}}
    settings, more = layered([user, Layer("command line", flags)])
    for complaint in (*complaints, *more):
        warn(f"warning: {complaint}")
    return configured_scorer(settings.reward.text)
