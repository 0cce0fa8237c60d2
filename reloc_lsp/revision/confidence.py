"""How often an answer like this one is right: learned on bugs whose right answer is known."""

from __future__ import annotations

from dataclasses import dataclass

OVERFITTED = 0.44
"""Part of the answers that was right where the revision itself looks overfitted, or its share is below the table's."""
RIGHT_BY_SHARE = ((0.6, 0.97), (0.4, 0.73), (0.0, OVERFITTED))
"""From which share of the plausibility on (see `search.patches.patch_choice`) which part of the others was right.

Measured on 171 fixed bugs: 136 of 140, 11 of 15, and 7 of 16 for the last row and `OVERFITTED` together. The bounds of
the shares were chosen on half of the bugs; docs/benchmarks/choice.md shows how they do on the other half."""
SURE = 0.9
"""Probability from which an answer is shown as sure. Chosen by hand, between those of the table."""
HIGH = 0.95
"""From this probability on, tenths are too coarse for a sentence. Chosen by hand."""


@dataclass(frozen=True)
class Confidence:
    """How sure an answer is.

    `right` is the probability that it is right, from 0 to 1, and `text` the same as a sentence. `sure` says whether
    that is enough to rely on; if not, `question` shows an input with which another revision that passes the tests does
    something else. It is empty if no such input is known.
    """

    right: float
    sure: bool
    text: str
    question: str = ""


def confidence_in(share: float, overfitted: bool, undecided: str) -> Confidence:
    """The confidence in a revision that passes all tests.

    `share` is the part of the plausibility of all passing revisions that those have which behave like it. `overfitted`
    says whether it looks so by itself. `undecided` is what the tests leave open, as a sentence.
    """
    right = OVERFITTED if overfitted else next(right for least, right in RIGHT_BY_SHARE if share >= least)
    count = "19 of 20" if right >= HIGH else f"{round(10 * right)} of 10"
    text = f"About {count} such answers were right on bugs with known answers."
    return Confidence(right, right >= SURE, text, "" if right >= SURE else undecided)
