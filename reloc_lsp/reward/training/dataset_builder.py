"""From sources to a data set: each preference once, none that is contradicted, split by repository."""

from __future__ import annotations

import hashlib
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace

from reloc_lsp.program.fingerprint import fingerprint
from reloc_lsp.reward.training.ngrams import marked
from reloc_lsp.reward.training.preference import Preference
from reloc_lsp.reward.training.preference_pairs import preferences
from reloc_lsp.reward.training.versions import Source

BALANCED = 2
"""Tokens by which the versions of a length-balanced pair may differ: most fixes are longer, and that tells too much."""


@dataclass(frozen=True)
class Collecting:
    """How the data are made.

    At most `most_of_a_function` preferences are taken of each function; `test_share` is the share held out for tests,
    in whole repositories. With `balanced` the lengths of a pair differ by two tokens at the most, and the better
    version is as often the longer one as the shorter one.
    """

    seed: int = 0
    most_of_a_function: int = 32
    test_share: float = 0.2
    balanced: bool = False


def collected(
    sources: Iterable[Source], how: Collecting, told: Callable[[int], None] = lambda count: None
) -> list[Preference]:
    """The data set, in an order that depends on nothing but the sources and the seed.

    `told` hears how many preferences there are so far. Raises `RewardError`.
    """
    found: list[Preference] = []
    for source in sources:
        for versions in source.versions():
            found += preferences(versions, how.most_of_a_function, how.seed)
            told(len(found))
    found.sort(key=_place)
    kept = _each_once(found)
    if how.balanced:
        kept = _balanced(kept, how.seed)
    return marked(_split(kept, how), how.seed)


def _place(preference: Preference) -> tuple[str, ...]:
    return tuple(str(value) for value in asdict(preference).values())


def _each_once(found: Sequence[Preference]) -> list[Preference]:
    """The first of those equal in AST-normal form; none of two that say the opposite, as a fix and its revert do."""
    keys = [(fingerprint(preference.better), fingerprint(preference.worse)) for preference in found]
    said = set(keys)
    seen: set[tuple[str, str]] = set()
    kept = []
    for preference, key in zip(found, keys, strict=True):
        if key not in seen and key[::-1] not in said:
            seen.add(key)
            kept.append(preference)
    return kept


def _balanced(found: Sequence[Preference], seed: int) -> list[Preference]:
    """Those of almost equal length; of those that are longer by some tokens as many as of those that are shorter."""
    by_length: dict[int, list[int]] = defaultdict(list)
    order = list(range(len(found)))
    random.Random(seed).shuffle(order)
    for place in order:
        by_length[found[place].longer_by].append(place)
    kept = set(by_length[0])
    for more in range(1, BALANCED + 1):
        both = min(len(by_length[more]), len(by_length[-more]))
        kept |= {*by_length[more][:both], *by_length[-more][:both]}
    return [preference for place, preference in enumerate(found) if place in kept]


def _split(found: Sequence[Preference], how: Collecting) -> list[Preference]:
    """Repositories in an order drawn by the seed are held out until the share is reached; one is always left."""
    sizes = Counter(preference.repository for preference in found)
    order = sorted(sizes, key=lambda name: hashlib.sha256(f"{how.seed} {name}".encode()).digest())
    held_out: set[str] = set()
    for name in order[:-1]:
        if sum(sizes[other] for other in held_out) >= how.test_share * len(found):
            break
        held_out.add(name)
    return [replace(p, split="test" if p.repository in held_out else "train") for p in found]
