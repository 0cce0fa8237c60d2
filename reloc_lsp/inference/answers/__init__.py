"""How the answer of a model server is read: bytes without trust, within bounds of size and time.

Not here: what is asked for, and what the replies mean.
"""
