"""The method, pure: local search over revisions of one unit, as the paper's four components and one loop.

Here: drafting, neighbourhood generation, candidate evaluation and incumbent updating (one file each), the loop, the
budget, the events, and the protocols through which the search asks the rooms above it.
Not here: files, processes, networks, editors. `algorithms/` holds the named update rules, `patches/` what is done with
revisions that pass.
"""
