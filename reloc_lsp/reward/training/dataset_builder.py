"""Builds a data set from sources: each preference once, none that is contradicted, split by repository."""

from __future__ import annotations

import hashlib
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace

from reloc_lsp.program.fingerprint import fingerprint
from reloc_lsp.reward.training.ngram_classifier import mark_solved_by_ngrams
from reloc_lsp.reward.training.preference import Preference
from reloc_lsp.reward.training.preference_pairs import preferences
from reloc_lsp.reward.training.sources.function_versions import Source

MAX_LENGTH_DIFFERENCE = 2
"""Tokens by which the versions of a length-balanced pair may differ; chosen by hand.

Most fixes make code longer, so that a model could otherwise learn to prefer length."""


@dataclass(frozen=True)
class CollectionOptions:
    """Options of a data set; its metadata contain them. The defaults were chosen by hand.

    `most_of_a_function` is the largest number of preferences from one function, `test_share` the share held out for
    tests, in whole repositories. With `balanced` the lengths of a pair differ by at most `MAX_LENGTH_DIFFERENCE`
    tokens, and the better version is as often the longer one as the shorter one.
    """

    seed: int = 0
    most_of_a_function: int = 32
    test_share: float = 0.2
    balanced: bool = False


def collect_preferences(
    sources: Iterable[Source], how: CollectionOptions, on_progress: Callable[[int], None] = lambda count: None
) -> list[Preference]:
    """The data set, in an order that depends only on the sources and the seed.

    `on_progress` receives the number of preferences so far. Raises `RewardError`.
    """
    found: list[Preference] = []
    for source in sources:
        for versions in source.versions():
            found += preferences(versions, how.most_of_a_function, how.seed)
            on_progress(len(found))
    found.sort(key=_sort_key)
    kept = _deduplicated(found)
    if how.balanced:
        kept = _balanced(kept, how.seed)
    return mark_solved_by_ngrams(_split(kept, how))


def _sort_key(preference: Preference) -> tuple[str, ...]:
    return tuple(str(value) for value in asdict(preference).values())


def _deduplicated(found: Sequence[Preference]) -> list[Preference]:
    """The first of equal preferences, and none of two that contradict each other, as a fix and its revert do."""
    keys = [(fingerprint(preference.better), fingerprint(preference.worse)) for preference in found]
    present = set(keys)
    seen: set[tuple[str, str]] = set()
    kept = []
    for preference, key in zip(found, keys, strict=True):
        if key not in seen and key[::-1] not in present:
            seen.add(key)
            kept.append(preference)
    return kept


def _balanced(found: Sequence[Preference], seed: int) -> list[Preference]:
    """Preferences of almost equal length, with as many longer by each number of tokens as shorter by it."""
    by_length: dict[int, list[int]] = defaultdict(list)
    order = list(range(len(found)))
    random.Random(seed).shuffle(order)
    for index in order:
        by_length[found[index].longer_by].append(index)
    kept = set(by_length[0])
    for more in range(1, MAX_LENGTH_DIFFERENCE + 1):
        both = min(len(by_length[more]), len(by_length[-more]))
        kept |= {*by_length[more][:both], *by_length[-more][:both]}
    return [preference for index, preference in enumerate(found) if index in kept]


def _split(found: Sequence[Preference], how: CollectionOptions) -> list[Preference]:
    """Holds out repositories, in a random order, until the share is reached; at least one is left for training."""
    sizes = Counter(preference.repository for preference in found)
    order = sorted(sizes, key=lambda name: hashlib.sha256(f"{how.seed} {name}".encode()).digest())
    held_out: set[str] = set()
    for name in order[:-1]:
        if sum(sizes[other] for other in held_out) >= how.test_share * len(found):
            break
        held_out.add(name)
    return [replace(p, split="test" if p.repository in held_out else "train") for p in found]
