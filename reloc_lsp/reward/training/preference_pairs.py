"""From the versions of a function to preferences (ReLoc, section 3.3: parents and children, and siblings).

What was searched is larger than a path, so that any two versions of a neighbourhood are compared too.
"""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from reloc_lsp.program.distance import code_tokens
from reloc_lsp.program.fingerprint import fingerprint
from reloc_lsp.program.unit import PARSING_ERRORS
from reloc_lsp.reward.training.edit_kinds import kind_of_edit
from reloc_lsp.reward.training.preference import Preference, Relation
from reloc_lsp.reward.training.versions import Version, Versions

MOST_SIBLINGS = 500


def preferences(found: Versions, most: int, seed: int) -> list[Preference]:
    """Up to `most` preferences, each kind of relation as often as there are some; the same ones for the same seed."""
    dice = random.Random(f"{seed} {found.repository} {found.reference} {found.file} {found.qualname}")
    marks = [_mark(version.source) for version in found.versions]
    whole = [place for place, mark in enumerate(marks) if mark]
    related: dict[Relation, list[tuple[int, int]]] = {
        "parent": _parents(found.versions, whole),
        "sibling": _siblings(found.versions, whole, dice),
        "neighbourhood": _any_two(whole, most, dice),
    }
    for pairs in related.values():
        dice.shuffle(pairs)
    made: list[Preference] = []
    seen: set[tuple[str, str]] = set()
    for relation, one, other in _in_turns(related):
        better, worse = sorted((one, other), key=lambda place: found.versions[place].distance)
        pair = marks[better], marks[worse]
        if found.versions[better].distance == found.versions[worse].distance or pair[0] == pair[1] or pair in seen:
            continue
        seen.add(pair)
        made.append(_preference(found, better, worse, relation))
        if len(made) == most:
            break
    return made


def _mark(source: str) -> str:
    """What the versions of one program have in common; empty where it is no program."""
    try:
        return fingerprint(source)
    except PARSING_ERRORS:
        return ""


def _parents(versions: Sequence[Version], whole: Iterable[int]) -> list[tuple[int, int]]:
    return [(parent, place) for place in whole if (parent := versions[place].parent) is not None]


def _siblings(versions: Sequence[Version], whole: Iterable[int], dice: random.Random) -> list[tuple[int, int]]:
    families: dict[int, list[int]] = defaultdict(list)
    for place in whole:
        parent = versions[place].parent
        if parent is not None:
            families[parent].append(place)
    found: list[tuple[int, int]] = []
    for children in families.values():
        nearest = min(versions[place].distance for place in children)
        near = [place for place in children if versions[place].distance == nearest]
        far = [place for place in children if versions[place].distance > nearest]
        pairs = list(itertools.islice(itertools.product(near, far), 20 * MOST_SIBLINGS))
        found += dice.sample(pairs, min(len(pairs), MOST_SIBLINGS))
    return found


def _any_two(whole: Sequence[int], most: int, dice: random.Random) -> list[tuple[int, int]]:
    if len(whole) < 3:
        return []
    return [(one, other) for one, other in (dice.sample(whole, 2) for _ in range(4 * most))]


def _in_turns(
    related: dict[Relation, list[tuple[int, int]]],
) -> Iterator[tuple[Relation, int, int]]:
    """The pairs of each relation in turn, until all have been given."""
    streams = [[(relation, *pair) for pair in pairs] for relation, pairs in related.items()]
    for row in itertools.zip_longest(*streams):
        yield from (entry for entry in row if entry is not None)


def _preference(found: Versions, better: int, worse: int, relation: Relation) -> Preference:
    versions = found.versions
    good, bad = versions[better], versions[worse]
    child = good if good.parent == worse else bad
    return Preference(
        good.source, bad.source, good.distance, bad.distance, versions[found.origin].source, found.kind,
        found.repository, found.file, found.qualname, found.reference, relation, child.made_by,
        kind_of_edit(bad.source, good.source), len(code_tokens(good.source)) - len(code_tokens(bad.source)),
    )  # fmt: skip
