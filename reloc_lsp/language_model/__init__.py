"""The neighbourhood of a language model: prompts, replies, reflection, crossover and drafts.

Not here: connections and servers (`inference`).
"""
