"""What makes rewards: preference pairs and ranking lists, their sources, training and evaluation.

Not here: rewards in use. Heavy libraries (torch, scikit-learn, pyarrow) are imported in the functions that use them.
"""
