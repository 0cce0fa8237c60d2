"""The results of `speed.py` for one package, and the table that shows them."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from cpu_time import server_cpu
from speed_mutants import Mutant

RELOC, SUITE, COVERING, MUTMUT, FLOOR = "reloc (warm)", "pytest -x", "covering tests", "mutmut 3", "empty fork"
BATCHES = "measurement of batches"


@dataclass
class Tally:
    """The results for one package: CPU seconds and candidates by method."""

    cpu: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    count: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    once: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    evaluated: dict[Mutant, bool] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    compared: int = 0
    notes: list[str] = field(default_factory=list)

    def add(self, method: str, cpu: float, count: int = 1) -> None:
        """Add the cost of `count` candidates."""
        self.cpu[method] += cpu
        self.count[method] += count

    def each(self, method: str) -> float:
        """CPU seconds per candidate."""
        return self.cpu[method] / self.count[method] if self.count[method] else float("nan")


@contextmanager
def measured(tally: Tally, method: str, count: int, pid: int) -> Iterator[None]:
    """Add the CPU time of this process and of the server `pid` to the cost of `count` candidates of `method`."""
    start = time.process_time() + server_cpu(pid)
    yield
    tally.add(method, time.process_time() + server_cpu(pid) - start, count)


def table(tallies: dict[str, Tally]) -> str:
    """The results by package and method. The ratios compare candidates per CPU-second."""
    lines = ["package  method          candidates  CPU ms each  per CPU-second  vs pytest -x  vs mutmut 3"]
    for name, tally in tallies.items():
        for method in (RELOC, FLOOR, COVERING, SUITE, MUTMUT):
            each = tally.each(method)
            ratios = f"{tally.each(SUITE) / each:12.1f}x {tally.each(MUTMUT) / each:11.1f}x"
            lines.append(f"{name:8} {method:15} {tally.count[method]:10} {each * 1000:12.2f} {1 / each:15.1f} {ratios}")
    return "\n".join(lines)


def remarks(name: str, tally: Tally) -> str:
    """What the table does not show."""
    reloc, other = (statistics.median(tally.once[method]) for method in (RELOC, MUTMUT))
    batches = f"{tally.each(BATCHES) * 1000:.0f} ms for the measurement of batches"
    once = f"one-time cost: {reloc:.1f} s for each function by reloc and {batches}, {other:.1f} s by mutmut"
    left_out = ", ".join(f"{count} {why}" for why, count in tally.left_out.items())
    held = f"mutants left out: {left_out}; test outcomes compared with cold pytest: {tally.compared}"
    return "\n".join(f"{name}: {line}" for line in (once, held, *tally.notes))
