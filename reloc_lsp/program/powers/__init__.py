"""The powers of code: what it can do besides computing a result from its arguments, read from its syntax.

Here: the kinds of powers, the names that give them, and the powers that a revision adds. They are shown to a person.
Not here: what a model's code is allowed to do (`safety`), and anything that runs code.
"""
