"""The method: local search over revisions of one unit (ReLoc, arXiv 2508.07434, section 3).

Here: the paper's four components, one file each (drafting, neighborhood, evaluation, updating), the search loop, the
budget, the events, and the protocols that the packages above implement. `algorithms/` holds the named update rules,
`patches/` what is done with revisions that pass every test.
Not here: files, processes, networks, editors.
"""
