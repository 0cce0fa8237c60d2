"""The cost of a reward: loading time, memory, and time for one candidate, alone and in batches of 64.

    python tests/benchmarks/reward_cost.py LISTS.jsonl [--text MODEL]

The candidates of the evidence reward come from the output of `reloc-lsp reward lists`. `--text` names a reward model (a
folder or a name on the hub), which scores functions of the standard library. Times are medians of CPU time; memory is
the increase of the process's peak memory.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import itertools
import resource
import statistics
import textwrap
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from reloc_lsp.reward.linear_reward import load_linear_reward
from reloc_lsp.reward.prompt_format import prompt_text
from reloc_lsp.reward.training.ranking_lists import read
from reloc_lsp.reward.transformers_scorer import TransformersScorer

BATCH, ROUNDS = 64, 5
"""Candidates in a batch, and repetitions of each measurement. Chosen by hand."""
LISTS = 40
"""Lists whose candidates are scored. Chosen by hand."""


def median(work: Callable[[int], object], rounds: int = ROUNDS) -> float:
    """Median CPU seconds of `work`, which receives the number of the round."""
    times = []
    for number in range(rounds):
        start = time.process_time()
        work(number)
        times.append(time.process_time() - start)
    return statistics.median(times)


def peak_memory() -> float:
    """Peak memory of this process in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def evidence(lists: Path) -> str:
    """The row of the evidence reward."""
    rows = [row.features for one in itertools.islice(read(lists), LISTS) for row in one.rows]
    before = peak_memory()
    load = median(lambda _: load_linear_reward("shipped"))
    reward = load_linear_reward("shipped")
    assert reward is not None
    alone = median(lambda n: [reward.prior_score(features) for features in rows[n::ROUNDS]]) / (len(rows) / ROUNDS)
    batch = median(lambda n: [reward.prior_score(features) for features in rows[n * BATCH : (n + 1) * BATCH]])
    return row("evidence", load, peak_memory() - before, alone, batch / BATCH)


def text(model: str) -> str:
    """The row of a text reward."""
    texts = functions()
    before = peak_memory()
    scorer = TransformersScorer(model)
    load = median(lambda _: scorer.score(texts[:1]), 1)
    alone = median(lambda n: scorer.score([texts[n]]))
    batch = median(lambda n: scorer.score(texts[n * BATCH : (n + 1) * BATCH]), 3)
    return row(f"text, {model}", load, peak_memory() - before, alone, batch / BATCH)


def functions() -> Sequence[str]:
    """Functions of the standard library, in the format in which the model receives a candidate."""
    found = []
    for module in (ast, inspect, textwrap, argparse, statistics):
        for name, function in vars(module).items():
            if inspect.isfunction(function) and function.__module__ == module.__name__:
                found.append(prompt_text(f"{module.__name__}.py", name, inspect.getsource(function)))
    return list(itertools.islice(itertools.cycle(found), 3 * BATCH))


def row(name: str, load: float, memory: float, alone: float, batch: float) -> str:
    """A row of the table."""
    return f"| {name} | {1e3 * load:,.1f} | {memory:,.0f} | {1e3 * alone:,.4f} | {1e3 * batch:,.4f} |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lists", type=Path)
    parser.add_argument("--text", metavar="MODEL")
    arguments = parser.parse_args()
    print("| reward | load, ms | memory, MiB | candidate alone, ms | in batches of 64, ms |\n|---|---|---|---|---|")
    print(evidence(arguments.lists))
    if arguments.text:
        print(text(arguments.text))


if __name__ == "__main__":
    main()
