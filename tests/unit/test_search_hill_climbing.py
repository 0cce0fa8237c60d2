"""Hill climbing: stay, climb, else sideways, else anywhere."""

import dataclasses

from search_world import node

from reloc_lsp.search.algorithms.hill_climbing import HillClimbing
from reloc_lsp.search.candidate import Candidate

START = node(0, passed=2, depth=0, asked=1000)


def chosen(*nodes, patience=96, depth=2):
    return [parent.identity for parent in HillClimbing(patience, depth).parents([START, *nodes])]


def exhausted(which):
    return dataclasses.replace(which, exhausted=True)


def test_it_stays_with_the_start_while_nothing_is_better():
    assert chosen() == chosen(node(1, passed=1), node(2, passed=2)) == [0]


def test_a_strict_improvement_is_climbed_and_the_highest_first():
    assert chosen(node(1, passed=3)) == [1]
    assert HillClimbing().parents([node(0, 0, depth=0, asked=1), node(1, 1), node(2, 3), node(3, 2)])[0].identity == 2


def test_the_start_keeps_every_second_neighbour():
    start, better = dataclasses.replace(START, asked=8), node(1, passed=3)
    assert HillClimbing().parents([start, better]) == [better]
    assert HillClimbing().parents([start, dataclasses.replace(better, asked=8)]) == [start]
    assert HillClimbing().parents([exhausted(start), dataclasses.replace(better, asked=8)])[0].identity == 1


def test_once_something_passes_the_simplest_way_to_pass_is_looked_for():
    assert chosen(node(1, passed=3), node(2, passed=4, depth=1)) == [0]
    assert HillClimbing().parents([exhausted(START), node(1, passed=3), node(2, passed=4)])[0].identity == 1


def test_getting_further_within_a_failing_test_is_an_improvement():
    further = node(1, passed=2)
    further.score = (further.score[0], 1, *further.score[2:])
    assert chosen(further) == [1]


def test_reward_and_size_alone_are_no_improvement():
    rewarded = node(1, passed=2)
    rewarded.score = (*START.score[:2], START.score[2] + 5.0, 0)
    assert chosen(rewarded) == [0]


def test_it_moves_sideways_only_when_nothing_better_is_open():
    nodes = [node(1, passed=2), node(2, passed=3)]
    start, plateau, better = START, *nodes
    rules = HillClimbing()
    assert rules.parents([exhausted(start), plateau, better]) == [better]
    assert rules.parents([exhausted(start), plateau, exhausted(better)]) == [plateau]


def test_of_a_plateau_the_highest_reward_goes_first():
    plain, rewarded = node(1, passed=2), node(2, passed=2)
    rewarded.score = (*plain.score[:2], 1.0, plain.score[3])
    assert HillClimbing().parents([exhausted(START), plain, rewarded]) == [rewarded]


def test_with_nothing_else_open_it_jumps_to_the_best_there_is():
    worst, bad = node(1, passed=0), node(2, passed=1)
    assert HillClimbing().parents([exhausted(START), worst, bad]) == [bad]


def test_a_node_that_was_expanded_long_lets_the_others_of_its_rank_have_a_turn():
    tired, fresh = node(1, passed=3, asked=96), node(2, passed=3)
    assert chosen(tired, fresh) == [2]
    assert chosen(dataclasses.replace(tired, asked=95), fresh) == [1]


def test_it_goes_no_deeper_than_its_depth():
    deep = node(1, passed=3, depth=2)
    assert chosen(deep) == [0]
    assert chosen(deep, depth=3) == [1]


def test_without_open_nodes_there_are_no_parents():
    done = dataclasses.replace(node(1, passed=4), candidate=Candidate("", "", "", 0, 1))
    assert HillClimbing().parents([exhausted(START), exhausted(node(2, passed=1)), done]) == []
