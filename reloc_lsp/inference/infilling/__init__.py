"""How a model server is asked to fill a gap: the tokens of each family of models, and the forms of a request.

Not here: what a gap is, and what becomes of its fillings.
"""
