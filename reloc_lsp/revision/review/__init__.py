"""What a user should check in a revision before it is applied: new powers, hidden text, and code that no test ran.

Not here: whether the tests pass with it (`evaluation`), and how its result is described (`objectives`).
"""
