"""Which reward model a call asks: the flags' own, else that of the user's settings."""

from __future__ import annotations

import argparse

from reloc_lsp.cli.reward.progress_line import warn
from reloc_lsp.reward.text_reward import Scorer, scorer_of
from reloc_lsp.settings import Layer, layered, user_layer


def add_model_flags(parser: argparse.ArgumentParser) -> None:
    """Declare the flags that choose a reward model."""
    parser.add_argument("--model", metavar="M", help="a folder or a name on the Hugging Face hub, or of the server")
    parser.add_argument("--base-url", metavar="U", help="a vLLM server of it (default: it is loaded here)")


def chosen_scorer(options: argparse.Namespace) -> Scorer | None:
    """The model, `None` where neither the call nor the settings name one; raises `RewardError`."""
    user, complaints = user_layer()
    flags = {"reward": {"text": {"model": options.model, "base_url": options.base_url}}}
    settings, more = layered([user, Layer("command line", flags)])
    for complaint in (*complaints, *more):
        warn(f"warning: {complaint}")
    return scorer_of(settings.reward.text)
