"""`reloc-lsp reward score`: the scores that a reward model gives to functions."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from reloc_lsp.cli.commands.reward.model_flags import add_model_flags, chosen_scorer
from reloc_lsp.cli.errors import CallError
from reloc_lsp.cli.printing import print_line
from reloc_lsp.cli.target_parsing import current_folder, parse_target
from reloc_lsp.program.source_text import SourceText
from reloc_lsp.program.unit import PARSING_ERRORS, Module
from reloc_lsp.revision import Target
from reloc_lsp.reward.prompt_format import prompt_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of `score`."""
    parser.add_argument("targets", nargs="+", metavar="TARGET", help="FILE, FILE::QUALNAME or FILE:LINE")
    add_model_flags(parser)


def run(options: argparse.Namespace) -> int:
    """Print a line for each function: its logit (higher is closer to correct) and its name."""
    scorer = chosen_scorer(options)
    if scorer is None:
        raise CallError("No reward model is chosen: name one with --model, or a server of one with --base-url.")
    here = current_folder()
    found = [unit for text in options.targets for unit in _functions(parse_target(text, here), text, here)]
    scores = scorer.score([prompt_text(*unit) for unit in found])
    for (file, qualname, _), score in zip(found, scores, strict=True):
        print_line(f"{score:10.4f}  {file}::{qualname}")
    return 0


def _functions(target: Target, text: str, here: Path) -> Iterator[tuple[str, str, str]]:
    """File, qualified name and source of each function in a target."""
    assert target.file is not None
    try:
        module = Module(SourceText.read(target.file).text)
    except (OSError, UnicodeDecodeError, *PARSING_ERRORS) as error:
        raise CallError(f"{target.file} cannot be read as Python ({error}).") from error
    units = module.functions
    if target.qualname is not None or target.line is not None:
        unit = module.at_line(target.line) if target.line else module.find(target.qualname or "")
        units = module.members(unit) if unit else []
    if not units:
        raise CallError(f"{text} names no function.")
    name = target.file.relative_to(here) if target.file.is_relative_to(here) else target.file
    return ((name.as_posix(), unit.qualname, module.source(unit)) for unit in units)
