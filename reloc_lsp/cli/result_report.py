"""Printing the result of a revision: as a report, as a patch or as JSON."""

from __future__ import annotations

import io
import json
import sys
import tokenize
from typing import TextIO

from reloc_lsp.cli.display import counts_text
from reloc_lsp.cli.printing import warn
from reloc_lsp.program.shown_text.counting import counted
from reloc_lsp.program.shown_text.visible_text import diff_lines, visible, visible_diff, visible_line, visible_parts
from reloc_lsp.revision import Proposal

MAX_CHANGED_LINES = 6
"""Changed lines of an alternative that are printed. Chosen by hand."""


def headline(proposal: Proposal) -> str:
    """The result in one line."""
    if not proposal.diff or not proposal.objective.repairs:
        return proposal.message
    counts = f"{proposal.qualname}: {counts_text(proposal.before)} -> {counts_text(proposal.after)} tests pass"
    return f"{counts}. Which of these do you mean?" if is_question(proposal) else counts


def is_question(proposal: Proposal) -> bool:
    """Whether the proposal asks which of several revisions is meant, because none of them is sure to be right."""
    return proposal.confidence is not None and bool(proposal.confidence.question)


def print_report(proposal: Proposal, stream: TextIO) -> None:
    """Print the diff, the result, the reasons and the cost; with colours on a terminal."""
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, highlight=False, soft_wrap=True)
    for line in diff_lines(proposal.diff) if proposal.diff else ():
        parts = ((part, "reverse" if hidden else "") for part, hidden in visible_parts(line))
        console.print(Text.assemble(*parts, style=_diff_style(line)))
    good = proposal.status in ("fixed", "improved", "already-passing")
    style = "bold yellow" if is_question(proposal) else "bold green" if good else "bold"
    console.print(Text(visible_line(headline(proposal)), style=style))
    for sentence in _sentences(proposal):
        # Indented, so that a line end in a sentence cannot begin another one.
        console.print(Text(visible(sentence).replace("\n", "\n  ")))
    console.print(Text(_cost(proposal), style="dim"))


def print_json(proposal: Proposal) -> None:
    """Print one JSON object on stdout."""
    print(json.dumps(proposal.as_json()), flush=True)


def print_patch(proposal: Proposal) -> None:
    """Print the diff on stdout, in the encoding of its file, so that `patch` and `git apply` accept it.

    On a terminal, where a person reads it, everything hidden in it is spelled out.
    """
    if sys.stdout.isatty():
        print(visible_diff(proposal.diff), end="", flush=True)
        return
    encoding, _ = tokenize.detect_encoding(io.BytesIO(proposal.original.encode()).readline)
    sys.stdout.flush()
    sys.stdout.buffer.write(proposal.diff.encode(encoding, "backslashreplace"))
    sys.stdout.buffer.flush()


def print_error(message: str, as_json: bool) -> None:
    """Print an error: as a sentence on stderr, or as a JSON object on stdout."""
    if as_json:
        print_json(Proposal(status="error", message=message, reason="wrong-call"))
    else:
        warn(f"error: {message}")


def _diff_style(line: str) -> str:
    styles = {"---": "bold", "+++": "bold", "@@": "cyan", "-": "red", "+": "green"}
    return next((style for start, style in styles.items() if line.startswith(start)), "")


def _sentences(proposal: Proposal) -> list[str]:
    sentences = [*proposal.why, *(f"Note: {note}" for note in (*proposal.cautions, *proposal.notes))]
    if proposal.diff and proposal.message != headline(proposal) and proposal.status == "cancelled":
        sentences.insert(0, proposal.message)
    if proposal.diff and not proposal.verified:
        sentences.append("Note: not confirmed by a fresh run of the tests.")
    return sentences + _alternatives(proposal)


def _alternatives(proposal: Proposal) -> list[str]:
    """The changed lines of each alternative."""
    texts = []
    for number, alternative in enumerate(proposal.alternatives, 1):
        lines = [line for line in alternative.diff.splitlines()[2:] if line.startswith(("-", "+"))]
        more = [f"and {len(lines) - MAX_CHANGED_LINES} more lines: --json shows them"]
        shown = lines[:MAX_CHANGED_LINES] + (more if len(lines) > MAX_CHANGED_LINES else [])
        texts.append("\n".join([f"Alternative {number} does as well:", *shown]))
    return texts


def _cost(proposal: Proposal) -> str:
    cost = {name: value or 0 for name, value in proposal.cost.items()}
    text = f"{counted(int(cost.get('evaluations', 0)), 'evaluation')} in {cost.get('seconds', 0.0):.1f} s"
    if cost.get("calls"):
        cached = f" ({cost['cached_tokens']:.0f} of them cached)" if cost.get("cached_tokens") else ""
        text += f"; {counted(int(cost['calls']), 'call')} of the model, "
        text += f"{cost.get('prompt_tokens', 0):.0f} tokens asked{cached}, "
        text += f"{cost.get('completion_tokens', 0):.0f} answered"
    return text + (f", for {cost['money']:.4f}" if cost.get("money") else "")
