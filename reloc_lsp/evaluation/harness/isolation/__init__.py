"""One process per candidate: forks, confinement, swapped code, restored state, cached bytecode.

Not here: pytest (`pytest_runner`).
"""
