"""How pytest is used inside the project's interpreter: sessions, collection, and one module per tier.

Not here: processes and confinement (`isolation`), instrumentation (`probe`).
"""
