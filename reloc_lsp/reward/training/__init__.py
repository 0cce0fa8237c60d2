"""What makes rewards: preference pairs and ranking lists, their sources, training and evaluation.

Torch and its friends are imported here only where they are used.
"""
