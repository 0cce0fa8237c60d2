"""The neighbourhood with a model: prompts, replies, reflection, crossover and drafts.

Not here: connections and servers (`inference`).
"""
