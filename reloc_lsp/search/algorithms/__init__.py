"""Named rules for incumbent updating: hill climbing, the genetic algorithm and the baselines beside them.

Here: one file per rule; each decides which nodes are the parents of the next round.
Not here: the loop that calls them (`search/local_search.py`).
"""
