"""Rewards in use: how close a candidate is to a correct program, beyond what its tests say.

`training/` holds what makes them. Not here: when a reward is computed (`search`).
"""
