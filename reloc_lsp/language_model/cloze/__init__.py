"""The cloze neighbourhood: holes in a version that a model fills in, a few tokens at a time.

Here is where the holes are, what the model reads around one, and how its text becomes a version. How a server is asked
to fill a gap belongs into `inference`, and which neighbourhood gets the next call into `search`.
"""
