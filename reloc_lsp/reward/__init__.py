"""Rewards in use: how near a candidate is to a right one, beyond what its tests say.

`training/` is what makes them. Not here: when a reward is asked (`search`).
"""
