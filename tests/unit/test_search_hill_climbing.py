"""Hill climbing: better nodes first, then the plateau, then any other open node."""

import dataclasses

from search_world import node

from reloc_lsp.search.algorithms.hill_climbing import HillClimbing
from reloc_lsp.search.candidate import Candidate

START = node(0, passed=2, depth=0, requested=1000)


def chosen(*nodes, turn=96, max_depth=2):
    return [parent.identity for parent in HillClimbing(turn, max_depth).parents([START, *nodes])]


def exhausted(which):
    return dataclasses.replace(which, exhausted=True)


def test_it_stays_with_the_start_while_nothing_is_better():
    assert chosen() == chosen(node(1, passed=1), node(2, passed=2)) == [0]


def test_strict_improvements_are_expanded_the_best_first():
    assert chosen(node(1, passed=3)) == [1]
    assert (
        HillClimbing().parents([node(0, 0, depth=0, requested=1), node(1, 1), node(2, 3), node(3, 2)])[0].identity == 2
    )


def test_the_start_gets_every_second_neighbour():
    start, better = dataclasses.replace(START, requested=8), node(1, passed=3)
    assert HillClimbing().parents([start, better]) == [better]
    assert HillClimbing().parents([start, dataclasses.replace(better, requested=8)]) == [start]
    assert HillClimbing().parents([exhausted(start), dataclasses.replace(better, requested=8)])[0].identity == 1


def test_once_a_revision_passes_the_nodes_nearest_to_the_start_are_expanded():
    assert chosen(node(1, passed=3), node(2, passed=4, depth=1)) == [0]
    assert HillClimbing().parents([exhausted(START), node(1, passed=3), node(2, passed=4)])[0].identity == 1


def test_a_failure_that_moved_later_is_an_improvement():
    further = node(1, passed=2)
    further.score = (further.score[0], 1, *further.score[2:])
    assert chosen(further) == [1]


def test_reward_and_size_alone_are_no_improvement():
    rewarded = node(1, passed=2)
    rewarded.score = (*START.score[:2], START.score[2] + 5.0, 0)
    assert chosen(rewarded) == [0]


def test_the_plateau_is_entered_only_when_no_better_node_is_open():
    nodes = [node(1, passed=2), node(2, passed=3)]
    start, plateau, better = START, *nodes
    rules = HillClimbing()
    assert rules.parents([exhausted(start), plateau, better]) == [better]
    assert rules.parents([exhausted(start), plateau, exhausted(better)]) == [plateau]


def test_on_the_plateau_the_highest_reward_goes_first():
    plain, rewarded = node(1, passed=2), node(2, passed=2)
    rewarded.score = (*plain.score[:2], 1.0, plain.score[3])
    assert HillClimbing().parents([exhausted(START), plain, rewarded]) == [rewarded]


def test_with_nothing_else_open_it_jumps_to_the_best_open_node():
    worst, bad = node(1, passed=0), node(2, passed=1)
    assert HillClimbing().parents([exhausted(START), worst, bad]) == [bad]


def test_after_its_turn_a_node_yields_to_others_of_its_group():
    used, fresh = node(1, passed=3, requested=96), node(2, passed=3)
    assert chosen(used, fresh) == [2]
    assert chosen(dataclasses.replace(used, requested=95), fresh) == [1]


def test_nodes_at_the_maximum_depth_are_not_expanded():
    deep = node(1, passed=3, depth=2)
    assert chosen(deep) == [0]
    assert chosen(deep, max_depth=3) == [1]


def test_without_open_nodes_there_are_no_parents():
    done = dataclasses.replace(node(1, passed=4), candidate=Candidate("", "", "", 0, 1))
    assert HillClimbing().parents([exhausted(START), exhausted(node(2, passed=1)), done]) == []
