"""What finds false passes: a test that passes, although it showed nothing about the unit.

Here: failed assertions that the unit swallows, and objects that decide for themselves what they are equal to.
Not here: running the unit in another process than the tests (`outside`).
"""
