"""How many processors a language model gets on a machine where candidates are evaluated, too."""

from __future__ import annotations

import os

MAX_THREADS = 8
"""More threads than this are not given to a model. Chosen by hand."""


def model_threads() -> int:
    """Threads for a model: half of the processors that this process may use, at least one, at most `MAX_THREADS`.

    The threads of llama.cpp wait for each other at every layer. On two processors a model of 0.5 billion parameters
    wrote 62 tokens a second with two threads and 47 with one; with one processor busy, 3 with two threads, and as many
    as before with one.
    """
    return max(1, min(usable_processors() // 2, MAX_THREADS))


def usable_processors() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
