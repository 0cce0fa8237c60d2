"""Which test of one process is which test of another: by node id, or by function and position where ids change.

A node id can change from process to process, because the id of a parameter may hold an address, a time, or the order of
a set.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class WantedTest:
    """A test to run: its number, its node id, and its position among the `count` tests of its function."""

    number: int
    node_id: str
    position: int
    count: int


def function_of(node_id: str) -> str:
    """The node id without what the parameters add to it."""
    file, separator, rest = node_id.partition("::")
    return file + separator + rest.partition("[")[0]


def wanted_tests(node_ids: Sequence[str], numbers: Iterable[int]) -> tuple[WantedTest, ...]:
    """The tests with these numbers, which index the `node_ids` of all tests that a process collected."""
    groups = _by_function(node_ids)
    positions = {number: position for group in groups.values() for position, number in enumerate(group)}
    return tuple(
        WantedTest(number, node_ids[number], positions[number], len(groups[function_of(node_ids[number])]))
        for number in numbers
    )


def find_tests(wanted: Iterable[WantedTest], node_ids: Sequence[str]) -> dict[int, int]:
    """Where the wanted tests are among the `node_ids` of another process: the index there, by the test's number.

    A test whose id is not there is found by its position among the tests of its function, if there are as many.
    """
    exact = {node_id: index for index, node_id in enumerate(node_ids)}
    groups = _by_function(node_ids)
    found = {}
    for test in wanted:
        group = groups.get(function_of(test.node_id), [])
        if test.node_id in exact:
            found[test.number] = exact[test.node_id]
        elif len(group) == test.count:
            found[test.number] = group[test.position]
    return found


def _by_function(node_ids: Sequence[str]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for index, node_id in enumerate(node_ids):
        groups.setdefault(function_of(node_id), []).append(index)
    return groups
