"""The method, pure: local search over revisions of one unit, as the paper's four components and one loop.

Nothing here knows files, processes, the network or an editor (ReLoc, NeurIPS 2025, arXiv 2508.07434).
"""
