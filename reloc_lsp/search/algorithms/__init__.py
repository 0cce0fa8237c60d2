"""Update rules by name: hill climbing, the genetic algorithm, and the baselines they are compared with.

Here: rules that decide which nodes are the parents of the next round.
Not here: the loop that calls them (`search/local_search.py`).
"""
