"""Makes preferences from the versions of a function (ReLoc section 3.3: parents with children, and siblings).

Unlike in the paper, any two versions of a search are compared too.
"""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from reloc_lsp.program.differences.distance import code_tokens
from reloc_lsp.program.fingerprint import fingerprint
from reloc_lsp.program.unit import PARSING_ERRORS
from reloc_lsp.reward.training.preference import Preference, Relation
from reloc_lsp.reward.training.sources.edit_kinds import kind_of_edit
from reloc_lsp.reward.training.sources.function_versions import Version, Versions

MAX_SIBLING_PAIRS = 500
"""Pairs of siblings that are drawn per parent; chosen by hand."""


def preferences(found: Versions, limit: int, seed: int) -> list[Preference]:
    """Up to `limit` preferences, the relations in turn while there are some; the same ones for the same seed."""
    rng = random.Random(f"{seed} {found.repository} {found.reference} {found.file} {found.qualname}")
    digests = [_digest(version.source) for version in found.versions]
    valid = [index for index, digest in enumerate(digests) if digest]
    related: dict[Relation, list[tuple[int, int]]] = {
        "parent": _parents(found.versions, valid),
        "sibling": _siblings(found.versions, valid, rng),
        "neighbourhood": _any_two(valid, limit, rng),
    }
    for pairs in related.values():
        rng.shuffle(pairs)
    made: list[Preference] = []
    seen: set[tuple[str, str]] = set()
    for relation, one, other in _round_robin(related):
        better, worse = sorted((one, other), key=lambda index: found.versions[index].distance)
        pair = digests[better], digests[worse]
        if found.versions[better].distance == found.versions[worse].distance or pair[0] == pair[1] or pair in seen:
            continue
        seen.add(pair)
        made.append(_preference(found, better, worse, relation))
        if len(made) == limit:
            break
    return made


def _digest(source: str) -> str:
    """The fingerprint of the source; empty if it does not parse."""
    try:
        return fingerprint(source)
    except PARSING_ERRORS:
        return ""


def _parents(versions: Sequence[Version], valid: Iterable[int]) -> list[tuple[int, int]]:
    return [(parent, index) for index in valid if (parent := versions[index].parent) is not None]


def _siblings(versions: Sequence[Version], valid: Iterable[int], rng: random.Random) -> list[tuple[int, int]]:
    children_of: dict[int, list[int]] = defaultdict(list)
    for index in valid:
        parent = versions[index].parent
        if parent is not None:
            children_of[parent].append(index)
    found: list[tuple[int, int]] = []
    for children in children_of.values():
        nearest = min(versions[index].distance for index in children)
        near = [index for index in children if versions[index].distance == nearest]
        far = [index for index in children if versions[index].distance > nearest]
        pairs = list(itertools.islice(itertools.product(near, far), 20 * MAX_SIBLING_PAIRS))
        found += rng.sample(pairs, min(len(pairs), MAX_SIBLING_PAIRS))
    return found


def _any_two(valid: Sequence[int], limit: int, rng: random.Random) -> list[tuple[int, int]]:
    if len(valid) < 3:
        return []
    return [(one, other) for one, other in (rng.sample(valid, 2) for _ in range(4 * limit))]


def _round_robin(
    related: dict[Relation, list[tuple[int, int]]],
) -> Iterator[tuple[Relation, int, int]]:
    """The pairs of each relation in turn, until none is left."""
    streams = [[(relation, *pair) for pair in pairs] for relation, pairs in related.items()]
    for row in itertools.zip_longest(*streams):
        yield from (entry for entry in row if entry is not None)


def _preference(found: Versions, better: int, worse: int, relation: Relation) -> Preference:
    versions = found.versions
    good, bad = versions[better], versions[worse]
    child = good if good.parent == worse else bad
    return Preference(
        better=good.source,
        worse=bad.source,
        better_distance=good.distance,
        worse_distance=bad.distance,
        origin=versions[found.origin].source,
        source=found.kind,
        repository=found.repository,
        file=found.file,
        qualname=found.qualname,
        reference=found.reference,
        relation=relation,
        made_by=child.made_by,
        kind=kind_of_edit(bad.source, good.source),
        longer_by=len(code_tokens(good.source)) - len(code_tokens(bad.source)),
    )
