"""What an objective gained, in words."""

from __future__ import annotations

from reloc_lsp.search.objective import Measurement, Objective


def in_words(objective: Objective, measured: Measurement | None) -> str:
    """`31 -> 22 syntax nodes`, `1.8 times as fast in its tests (95 %: 1.6 to 2.0)`, or what is known unmeasured."""
    if measured is None:
        unmeasured = {"simplify": "a simpler version", "speed-up": "a faster version, not measured to the end"}
        return unmeasured.get(objective.kind, "revised as was asked")
    if objective.kind == "simplify":
        return f"{measured.before:.0f} -> {measured.after:.0f} {measured.unit}"
    least, most = measured.before / measured.high, measured.before / measured.low
    times = measured.before / measured.after
    digits = 1 if least >= 1.1 else 3  # so that what is a little faster is not told as being as fast
    return f"{times:.{digits}f} times as fast in its tests (95 %: {least:.{digits}f} to {most:.{digits}f})"
