"""Values of the running program, made comparable: as keys, small numbers, texts and types, and those that tests expect.

Not here: where in the unit a value is taken (`unit_probe`), and values on the wire (`protocol.values`).
"""
