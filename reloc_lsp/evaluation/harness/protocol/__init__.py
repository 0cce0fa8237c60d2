"""The wire between the controller and the project's interpreter: framing, messages and records.

Standard library only, Python 3.9 and later. Not here: anything that acts on a message.
"""
