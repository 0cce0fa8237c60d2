"""What the search asks of other packages: protocols, and the messages that they exchange.

Not here: anything that decides how a search goes.
"""
